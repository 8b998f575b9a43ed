import { useCallback, useState } from "react";

/** A form's state that outlives a reload and a new sign-in in this tab; `forget` begins it anew. */
export function useKept<Form extends object>(key: string, start: Form) {
  const [form, setForm] = useState<Form>(() => ({ ...start, ...read(key) }));
  const change = useCallback(
    (part: Partial<Form>) =>
      setForm((before) => {
        const next = { ...before, ...part };
        try {
          sessionStorage.setItem(key, JSON.stringify(next));
        } catch {
          // Full, or switched off: it is kept as long as the page.
        }
        return next;
      }),
    [key],
  );
  const forget = useCallback(() => {
    sessionStorage.removeItem(key);
    setForm(start);
  }, [key, start]);
  return { form, change, forget };
}

function read(key: string): object {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
