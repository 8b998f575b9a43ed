import { useInfiniteQuery } from "@tanstack/react-query";
import { Image } from "lucide-react";
import { sha256, toBytes } from "viem";
import type { DraftToken } from "../../lib/drafts";
import { nameOfToken, textOf } from "../../lib/tokens";
import { type Asset, galleryQuery } from "../../queries/tokens";
import { ButtonLink } from "../Button";
import { Dialog } from "../Dialog";
import { Empty } from "../Empty";
import { List } from "../List";
import css from "./TokenPicker.module.css";
import { TokenPicture } from "./TokenPicture";

interface Props {
  account: string;
  /** CAIP-19 ids of those that are in the post already. */
  chosen: string[];
  onChoose: (token: DraftToken) => void;
  onClose: () => void;
}

/** Choose a token that one holds; the post then says for ever who held it when it was anchored. */
export function TokenPicker({ account, chosen, onChoose, onClose }: Props) {
  const query = useInfiniteQuery(galleryQuery(account));
  return (
    <Dialog title="Attach a token you hold" onClose={onClose} wide>
      <div className={css.grid}>
        <List
          query={query}
          keyOf={(one) => one.token_id}
          empty={
            <Empty
              icon={<Image size={36} />}
              title="Your wallets hold no token"
              text="Make one: it costs nothing. What you are writing is kept."
            >
              <ButtonLink to="/tokens/new" kind="primary">
                Make a token
              </ButtonLink>
            </Empty>
          }
        >
          {(one) => (
            <button
              key={one.token_id}
              type="button"
              className={css.token}
              disabled={chosen.includes(one.id)}
              onClick={() => onChoose(draftOf(one))}
            >
              <TokenPicture text={textOf(one.metadata)} alt="" />
              <span className={css.name}>{nameOfToken(textOf(one.metadata), one.token_id)}</span>
            </button>
          )}
        </List>
      </div>
    </Dialog>
  );
}

function draftOf({ id, token_id, metadata }: Asset): DraftToken {
  const text = textOf(metadata);
  return { asset: id, digest: sha256(toBytes(id)), name: nameOfToken(text, token_id), image: text.image };
}
