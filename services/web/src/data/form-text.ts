// Texts of forms.

/** The trimmed text of a field; empty when there is none. */
export function formText(form: FormData, name: string): string {
  return rawFormText(form, name).trim();
}

/** The same with every space that was typed, for passwords. */
export function rawFormText(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
