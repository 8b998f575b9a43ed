/** Light or dark: the system's, unless one was chosen in this browser (public/theme.js reads it first). */

export type Theme = "system" | "light" | "dark";
const KEY = "troth.theme";

/** The theme that was chosen here. */
export function chosenTheme(): Theme {
  const chosen = localStorage.getItem(KEY);
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

/** Choose a theme, at once and for later. */
export function chooseTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") {
    localStorage.removeItem(KEY);
    delete dataset.theme;
  } else {
    localStorage.setItem(KEY, theme);
    dataset.theme = theme;
  }
}
