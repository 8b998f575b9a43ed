import { type DragEvent, useId, useState } from "react";
import { Button } from "../components/Button";
import type { Bundle } from "../proof";
import { Loud } from "./Conclusion";
import css from "./Held.module.css";
import { digestFile, type HeldFile, judgeFile, MAX_HELD_BYTES } from "./heldFile";
import { FileVerdict } from "./Verdicts";

interface Props {
  bundle: Bundle;
  held: HeldFile | null;
  onHeld: (held: HeldFile | null) => void;
}

/** Takes the file that the record speaks of, and says whether it is that one. It stays in this browser. */
export function Held({ bundle, held, onHeld }: Props) {
  const id = useId();
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    setProblem(null);
    onHeld(null);
    try {
      onHeld({ name: file.name, digest: await digestFile(file) });
    } catch {
      const longest = `${MAX_HELD_BYTES >> 20} MiB`;
      setProblem(`It cannot be read here. A file of more than ${longest} is one for troth verify --file.`);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    void take(event.dataTransfer.files[0]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a way beside the button
    <div className={css.held} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <p className={css.about}>
        Have you got the file itself? Drop it here, or{" "}
        <label htmlFor={id} className={css.choose}>
          choose the file beside it
        </label>
        : its SHA-256 is compared with {bundle.kind === 5 ? "the stamp’s" : "those of the post"}. It stays in
        this browser.
      </p>
      <input
        id={id}
        type="file"
        className={css.input}
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      {problem && (
        <Loud title="Not read" bad>
          {problem}
        </Loud>
      )}
      {held && (
        <div className={css.found} role="status">
          <p>
            <strong>{held.name}</strong>{" "}
            <Button size="s" kind="quiet" onClick={() => onHeld(null)}>
              Leave it out
            </Button>
          </p>
          <FileVerdict finding={judgeFile(bundle, held.digest)} />
        </div>
      )}
    </div>
  );
}
