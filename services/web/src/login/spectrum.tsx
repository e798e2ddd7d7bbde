// The visible spectrum of hydrogen as it looks on a photographic plate: decoration of the login page.

/** Wavelengths in nm, with how bright each line is; the four of the mark and fainter ones of the series' end. */
const LINES: readonly (readonly [wavelength: number, weight: number, tone: string])[] = [
  [656.3, 1, 'alpha'],
  [486.1, 0.8, 'beta'],
  [434, 0.6, 'gamma'],
  [410.2, 0.45, 'delta'],
  [397, 0.3, 'delta'],
  [388.9, 0.22, 'delta'],
];
const FROM = 386;
const TO = 674;

export function Spectrum() {
  return (
    <div className="spectrum" aria-hidden="true">
      {LINES.map(([wavelength, weight, tone]) => (
        <i
          key={wavelength}
          style={{
            left: `${((wavelength - FROM) / (TO - FROM)) * 100}%`,
            width: `${1 + weight * 4}px`,
            opacity: 0.2 + weight * 0.75,
            background: `var(--h-${tone})`,
          }}
        />
      ))}
    </div>
  );
}
