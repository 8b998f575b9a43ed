/** Recovery codes as a file that says what they are for, years later. */

/** The file's text. */
export function codesFile(codes: readonly string[], handle: string, origin: string): string {
  const lines = [
    `Recovery codes of @${handle} at ${origin}.`,
    `Each works once, at ${origin}/signin/recover, with a new password.`,
    "",
    ...codes,
    "",
  ];
  return lines.join("\n");
}

/** Offer a text for saving. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
