import { FileCheck } from "lucide-react";
import { type DragEvent, useEffect, useId, useState } from "react";
import css from "./verify.module.css";

interface Props {
  onFile: (file: Blob, name: string) => void;
}

/** Takes a file by choosing, dropping or pasting. */
export function DropZone({ onFile }: Props) {
  const id = useId();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer, onFile);
  };
  usePasted(onFile);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a way beside the button
    <div
      className={`${css.zone} ${over ? css.over : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileCheck size={32} aria-hidden="true" />
      <p>
        Drop a proof here, paste it, or{" "}
        <label htmlFor={id} className={css.choose}>
          choose a file
        </label>
      </p>
      <input
        id={id}
        type="file"
        className={css.input}
        accept=".json,application/json,application/vnd.troth.bundle+json"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onFile(file, file.name);
          event.target.value = "";
        }}
      />
      <p className={css.small}>It stays in this browser: nothing is sent to this server.</p>
    </div>
  );
}

/** What is pasted anywhere on the page is meant, but for what goes into a field. */
function usePasted(onFile: Props["onFile"]): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const intoField = event.target instanceof Element && event.target.closest("input:not([type=file])");
      if (!intoField && event.clipboardData && take(event.clipboardData, onFile)) event.preventDefault();
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [onFile]);
}

function take(data: DataTransfer, onFile: Props["onFile"]): boolean {
  const file = data.files[0];
  const text = data.getData("text/plain");
  if (file) onFile(file, file.name);
  else if (text !== "") onFile(new Blob([text]), "pasted text");
  return file !== undefined || text !== "";
}
