// Runs before anything is painted, so that a chosen theme never flashes in the other one.
try {
  const chosen = localStorage.getItem("troth.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is switched off: the system's theme holds.
}
