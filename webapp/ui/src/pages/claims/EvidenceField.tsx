import { Paperclip, X } from "lucide-react";
import { useId, useRef, useState } from "react";
import { Button, IconButton } from "../../components/Button";
import forms from "../../styles/forms.module.css";
import css from "./claims.module.css";
import { ACCEPTED_EVIDENCE, added, type Evidence, MOST_FILES } from "./evidence";

interface Props {
  text: string;
  onText: (text: string) => void;
  files: Evidence[];
  onFiles: (files: Evidence[]) => void;
}

/** What a moderator can tell by that it is you: in words, with files where they help. */
export function EvidenceField({ text, onText, files, onFiles }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<string[]>([]);
  return (
    <div className={forms.field}>
      <label htmlFor={id}>How a moderator can tell that it is you</label>
      <textarea
        id={id}
        rows={6}
        maxLength={4_000}
        required
        aria-describedby={`${id}-hint`}
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
      <p id={`${id}-hint`} className={forms.hint}>
        Links to pages that name you and this account, or a photograph of a paper with your handle on it.
        Black out what nobody needs to see. Moderators alone see it; it is deleted 30 days after they decide.
      </p>
      {files.length > 0 && (
        <ul className={`plain ${css.files}`} aria-label="Files">
          {files.map((one) => (
            <li key={`${one.file.name}.${one.file.size}`}>
              <span>
                {one.file.name} <small>{Math.ceil(one.file.size / 1000)} kB</small>
              </span>
              <IconButton
                label={`Remove ${one.file.name}`}
                onClick={() => onFiles(files.filter((other) => other !== one))}
              >
                <X size={18} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <div className={css.startActs}>
        <Button
          size="s"
          icon={<Paperclip size={16} aria-hidden="true" />}
          disabled={files.length >= MOST_FILES}
          onClick={() => input.current?.click()}
        >
          Add a file
        </Button>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={ACCEPTED_EVIDENCE}
        onChange={(event) => {
          const next = added(files, [...(event.target.files ?? [])]);
          setRefused(next.refused);
          onFiles(next.all);
          event.target.value = "";
        }}
      />
      {refused.map((why) => (
        <p key={why} role="alert" className={forms.problem}>
          {why}
        </p>
      ))}
    </div>
  );
}
