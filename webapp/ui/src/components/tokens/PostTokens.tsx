import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { AttachedToken, MediaItem } from "../../api/types";
import { personPath, tokenPath } from "../../lib/paths";
import { nameOfToken, textOf } from "../../lib/tokens";
import { assetQuery } from "../../queries/tokens";
import { shortAddress } from "../../wallet/names";
import css from "./PostTokens.module.css";
import { TokenPicture } from "./TokenPicture";

/** The tokens in a post, each with who held it when the post was anchored: a claim that the chain bears out. */
export function PostTokens({ items }: { items: MediaItem[] }) {
  return items.map(({ asset }) => asset && <PostToken key={asset.token_id} token={asset} />);
}

function PostToken({ token }: { token: AttachedToken }) {
  const { data } = useQuery({ ...assetQuery(token.token_id), staleTime: 60_000 });
  const text = textOf(data?.metadata ?? null);
  return (
    <div className={css.token}>
      <Link to={tokenPath(token.token_id)} className={css.picture} tabIndex={-1} aria-hidden="true">
        <TokenPicture text={text} alt="" />
      </Link>
      <div className={css.words}>
        <Link to={tokenPath(token.token_id)} className={css.name}>
          <bdi>{nameOfToken(text, token.token_id)}</bdi>
        </Link>
        <p className={css.held}>
          <Held token={token} />
        </p>
      </div>
    </div>
  );
}

function Held({ token: { at, block, holder } }: { token: AttachedToken }) {
  const where = at === "block" && block !== null ? `at block ${block.toLocaleString("en")}` : null;
  if (holder === null) return where ? `Not made yet ${where}` : "Not on the chain now";
  const who =
    holder.account !== null ? (
      <Link to={personPath({ id: holder.account, handle: holder.handle })}>
        {holder.handle ? `@${holder.handle}` : shortAddress(holder.address)}
      </Link>
    ) : (
      <code title={holder.address}>{shortAddress(holder.address)}</code>
    );
  if (where)
    return (
      <>
        Held by {who} {where}
      </>
    );
  return <>Held by {who} now; who held it then is told once the post is anchored</>;
}
