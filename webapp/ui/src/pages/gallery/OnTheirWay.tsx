import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Clock, OctagonAlert } from "lucide-react";
import { useEffect } from "react";
import { Link } from "react-router";
import { TokenPicture } from "../../components/tokens/TokenPicture";
import { tokenPath } from "../../lib/paths";
import { useSent } from "../../lib/sent";
import { nameOfToken, textOf } from "../../lib/tokens";
import { galleryQuery, type Mint, mintsQuery } from "../../queries/tokens";
import css from "./gallery.module.css";

const THERE = new Set(["mined", "final", "withdrawn"]);

/** One's own mints that are no tokens yet, and what each waits for. */
export function OnTheirWay({ person }: { person: string }) {
  const queries = useQueryClient();
  const { data: mints } = useQuery(mintsQuery());
  const there = mints?.filter(({ progress }) => THERE.has(progress.state)).length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one more that is there is one more in the gallery
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: galleryQuery(person).queryKey });
  }, [there, person, queries]);
  const open = mints?.filter(({ progress }) => !THERE.has(progress.state)) ?? [];
  if (open.length === 0) return null;
  return (
    <ul className={`plain ${css.way}`} aria-label="On their way">
      {open.map((mint) => (
        <Row key={mint.id} mint={mint} />
      ))}
    </ul>
  );
}

function Row({ mint }: { mint: Mint }) {
  const sent = useSent(`mint:${mint.id}`);
  const text = textOf(mint.metadata);
  const bad = ["halted", "expired"].includes(mint.progress.state);
  return (
    <li>
      <span className={css.thumb}>
        <TokenPicture text={text} alt="" />
      </span>
      <span className={css.words}>
        <Link to={tokenPath(mint.token_id)}>
          <bdi>{nameOfToken(text, mint.token_id)}</bdi>
        </Link>
        <small>
          {bad ? <OctagonAlert aria-hidden="true" /> : <Clock aria-hidden="true" />}
          {waitsFor(mint, sent !== null)}
        </small>
      </span>
    </li>
  );
}

function waitsFor({ by, progress }: Mint, sent: boolean): string {
  if (progress.state === "saved" && sent) return "Sent by your wallet: waits for a block";
  if (progress.state === "saved")
    return by === "wallet" ? "Waits for your wallet to send it" : "Waits for your permission";
  if (progress.state === "expired") return "The permission was not signed in time: begin again";
  if (progress.state === "halted") return progress.reason ?? "Halted";
  return progress.state === "delayed" ? "Delayed: it goes on by itself" : "On its way to the chain";
}
