import { Plus, X } from "lucide-react";
import { useId } from "react";
import { Button, IconButton } from "../../../components/Button";
import forms from "../parts/forms.module.css";
import { Problem } from "../parts/Part";
import { MOST_LINKS } from "./form";
import css from "./profile.module.css";

interface Props {
  links: readonly string[];
  problem: string | null;
  onChange: (links: string[]) => void;
}

/** Up to five links, each in a line of its own. */
export function Links({ links, problem, onChange }: Props) {
  const id = useId();
  const shown = links.length === 0 ? [""] : links;
  const put = (at: number, link: string) => onChange(shown.map((one, index) => (index === at ? link : one)));
  return (
    <fieldset className={forms.field} aria-describedby={id}>
      <legend>Links</legend>
      <div className={css.links}>
        {shown.map((link, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place, whatever is written in it
          <div key={at} className={css.link}>
            <input
              type="text"
              inputMode="url"
              autoComplete="url"
              autoCapitalize="none"
              spellCheck={false}
              placeholder="https://"
              aria-label={`Link ${at + 1}`}
              value={link}
              onChange={(event) => put(at, event.target.value)}
            />
            {(shown.length > 1 || link !== "") && (
              <IconButton
                label={`Remove link ${at + 1}`}
                onClick={() => onChange(shown.filter((_, index) => index !== at))}
              >
                <X size={18} />
              </IconButton>
            )}
          </div>
        ))}
      </div>
      <div id={id}>
        <Problem text={problem} />
      </div>
      {shown.length < MOST_LINKS && (
        <div>
          <Button
            size="s"
            kind="quiet"
            icon={<Plus size={16} aria-hidden="true" />}
            onClick={() => onChange([...shown, ""])}
          >
            Add a link
          </Button>
        </div>
      )}
    </fieldset>
  );
}
