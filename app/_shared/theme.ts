/** Choices of a person on this browser, kept in cookies so that the first paint is right. */
export const themeCookie = 'rollcall.theme';
export const densityCookie = 'rollcall.density';
export const railCookie = 'rollcall.rail';

export type Theme = 'light' | 'dark' | 'system';
export type Density = 'comfortable' | 'compact';
export const readTheme = (value: string | undefined): Theme => (value === 'light' || value === 'dark' ? value : 'system');
export const readDensity = (value: string | undefined): Density => (value === 'compact' ? 'compact' : 'comfortable');

/** Keeps a choice for a year. */
export function rememberChoice(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox before 140 and outside secure contexts
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=strict`;
}
