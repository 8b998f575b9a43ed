import { useQuery } from "@tanstack/react-query";
import { CloudOff, Replace, Scale, Waypoints } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { SwitchChain } from "../components/SwitchChain";
import { healthQuery, lateBecause } from "../queries/health";
import { useMe } from "../session/session";
import { shortAddress } from "../wallet/names";
import { configQuery, logQuery } from "../wallet/place";
import { useWallet } from "../wallet/store";
import { AccountMismatch } from "./AccountMismatch";
import css from "./Banners.module.css";

/** Lines above every page that say what is unusual now: the chain, the wallet's account, the wallet's chain. */
export function Banners() {
  return (
    <div className={css.stack}>
      <Suspended />
      <ChainLate />
      <AccountMismatch />
      <OtherChain />
    </div>
  );
}

/** One line: what, and what to do about it. */
export function Banner({
  icon,
  children,
  acts,
  tone = "wait",
}: {
  icon: ReactNode;
  children: ReactNode;
  acts?: ReactNode;
  tone?: "wait" | "plain";
}) {
  return (
    <div className={`${css.banner} ${css[tone]}`} role="status">
      <span className={css.icon} aria-hidden="true">
        {icon}
      </span>
      <p>{children}</p>
      {acts && <div className={css.acts}>{acts}</div>}
    </div>
  );
}

/** Why writing is refused, and where to appeal. */
function Suspended() {
  if (useMe()?.profile.state !== "suspended") return null;
  return (
    <Banner icon={<Scale size={18} />} acts={<Link to="/moderation/mine">Why, and how to appeal</Link>}>
      Your account is suspended: you can read, appeal, export your data and delete the account.
    </Banner>
  );
}

function ChainLate() {
  const why = lateBecause(useQuery(healthQuery).data);
  if (why === null) return null;
  return (
    <Banner icon={<CloudOff size={18} />}>
      Proofs are delayed; everything else works, and what you post is kept.{" "}
      <span className={css.why}>{why}</span>
    </Banner>
  );
}

/** Signing in and posting with an allowed device go on; what the wallet itself must sign waits. */
function OtherChain() {
  const me = useMe();
  const { connected } = useWallet();
  const { data: log } = useQuery({ ...logQuery, enabled: connected !== null });
  const { data: config } = useQuery({ ...configQuery, enabled: connected !== null });
  const [kept, setKept] = useState<number | null>(null);
  const wanted = log?.domain.chainId;
  if (!me || connected === null || wanted === undefined || connected.chainId === wanted) return null;
  if (kept === connected.chainId) return null;
  return (
    <Banner
      icon={<Waypoints size={18} />}
      acts={
        <>
          <SwitchChain />
          <button type="button" onClick={() => setKept(connected.chainId)}>
            Not now
          </button>
        </>
      }
    >
      {connected.wallet.name} ({shortAddress(connected.address)}) is on chain {connected.chainId}, and Troth
      is on {config?.chain.embedded ? "its own chain on this machine" : `chain ${wanted}`}. Signing in and
      posting with an allowed device go on; what the wallet itself signs waits.
    </Banner>
  );
}

export const MismatchIcon = () => <Replace size={18} />;
