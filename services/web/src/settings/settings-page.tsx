// Settings: placeholder of this commit's type check.
export function SettingsPage({ section }: { section: string }) {
  return <p>{section}</p>;
}
