import type { Schemas } from "../../api/client";
import { Button, ButtonLink } from "../../components/Button";
import { PageTitle } from "../../components/PageTitle";
import { Time } from "../../components/Time";
import { shortAddress } from "../../wallet/names";
import css from "./recover.module.css";

export const ENDED =
  "Every session has ended, apps are allowed nothing any more, and your webhooks are paused.";

interface Props {
  wallets: readonly Schemas["Wallet"][];
  onDone: () => void;
}

/** After a recovery: the wallets that let in as before, since only their person can tell whose they are. */
export function Recovered({ wallets, onDone }: Props) {
  return (
    <>
      <PageTitle title="You are back in" />
      <div className={css.form}>
        <p role="status">{ENDED}</p>
        <p>
          {wallets.length === 1
            ? "This wallet can still sign in: unlink it if you do not know it."
            : "These wallets can still sign in: unlink those that you do not know."}{" "}
          Devices that a wallet allowed end with it.
        </p>
        <ul className={css.wallets}>
          {wallets.map(({ address, created_at }) => (
            <li key={address}>
              <code title={address}>{shortAddress(address)}</code>
              {created_at && (
                <span>
                  Linked <Time at={created_at} />
                </span>
              )}
            </li>
          ))}
        </ul>
        <ButtonLink kind="primary" to="/settings/wallets">
          Look through your wallets
        </ButtonLink>
        <Button onClick={onDone}>I know them all</Button>
      </div>
    </>
  );
}
