import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowRight, Sparkles } from "lucide-react";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { Time } from "../../components/Time";
import { PartyName } from "../../components/tokens/PartyName";
import { type Asset, historyQuery, type Transfer } from "../../queries/tokens";
import { short } from "../../receipt/Hash";
import css from "./token.module.css";

/** Through whose hands a token went, newest first. */
export function History({ asset }: { asset: Asset }) {
  const { token_id, moved_block, state } = asset;
  const query = useInfiniteQuery(historyQuery(token_id, `${moved_block}.${state}`));
  return (
    <section className={css.part} aria-labelledby="history">
      <h2 id="history">History</h2>
      <div className={css.history}>
        <List
          query={query}
          keyOf={(one) => `${one.block}.${one.log_index}`}
          empty={<Empty title="No history yet" text="It comes with the token’s first block." />}
        >
          {(one) => <Row key={`${one.block}.${one.log_index}`} transfer={one} />}
        </List>
      </div>
    </section>
  );
}

const STATES: Record<Transfer["state"], string> = {
  mined: "In a block, not final yet",
  final: "Final",
  halted: "The chain is in doubt",
};

function Row({ transfer }: { transfer: Transfer }) {
  const { from, to, at, block, transaction, state } = transfer;
  return (
    <article className={css.transfer}>
      <p className={css.hands}>
        {from ? (
          <PartyName party={from} />
        ) : (
          <span className={css.made}>
            <Sparkles aria-hidden="true" /> Made
          </span>
        )}
        <ArrowRight aria-hidden="true" />
        <span className="visually-hidden">{from ? "gave it to" : "for"}</span>
        <PartyName party={to} />
      </p>
      <p className={css.where}>
        <Time at={at} />
        <span>Block {block.toLocaleString("en")}</span>
        <code title={transaction}>{short(transaction)}</code>
        <span className={css[state]}>{STATES[state]}</span>
      </p>
    </article>
  );
}
