import { Image, X } from "lucide-react";
import type { DraftToken } from "../../lib/drafts";
import { IconButton } from "../Button";
import css from "./AttachedTokens.module.css";

interface Props {
  tokens: DraftToken[];
  onChange: (tokens: DraftToken[]) => void;
}

/** The tokens of a draft. */
export function AttachedTokens({ tokens, onChange }: Props) {
  return (
    <ul className={`plain ${css.list}`} aria-label="Attached tokens">
      {tokens.map((token) => (
        <li key={token.asset} className={css.token}>
          {token.image ? <img src={token.image} alt="" /> : <Image aria-hidden="true" />}
          <span>{token.name}</span>
          <IconButton
            label={`Remove the token ${token.name}`}
            onClick={() => onChange(tokens.filter((one) => one !== token))}
          >
            <X size={18} />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
