import { useQueryClient } from "@tanstack/react-query";
import { LogOut, Settings, UserRound, Wallet } from "lucide-react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../api/problem";
import type { Me } from "../api/types";
import { Avatar } from "../components/Avatar";
import { Menu } from "../components/Menu";
import { personPath } from "../lib/paths";
import { signOut } from "../session/session";
import { loadWallets } from "../wallet/load";
import { shortAddress } from "../wallet/names";
import { useWallet } from "../wallet/store";
import css from "./AccountCorner.module.css";
import { CHECKING } from "./checking";
import { notice } from "./notices";

/** Who is signed in, and which wallet is connected: two states, shown as two. */
export function AccountCorner({ me }: { me: Me }) {
  const { connected } = useWallet();
  const card = me.profile;
  const name = card.name ?? (card.handle ? `@${card.handle}` : shortAddress(card.authors[0]?.address ?? ""));
  return (
    <div className={css.corner}>
      <Avatar card={card} size="s" />
      <div className={css.words}>
        <strong>{name}</strong>
        <small title={connected ? `${connected.wallet.name} ${connected.address}` : undefined}>
          {connected ? `${connected.wallet.name} connected` : "No wallet connected"}
        </small>
      </div>
      <AccountMenu me={me} up />
    </div>
  );
}

/** What one does with one's account: from the rail, or from the top of a phone. */
export function AccountMenu({ me, up }: { me: Me; up?: boolean }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { connected } = useWallet();
  const leave = async () => {
    try {
      await signOut(queries);
      await navigate("/");
      notice({ tone: "neutral", text: "You are signed out. Drafts stay in this browser." });
    } catch (error) {
      notice({ tone: "bad", text: sentenceOf(error) });
    }
  };
  return (
    <Menu
      label="Your account"
      up={up}
      items={[
        { text: "Profile", icon: <UserRound />, run: () => void navigate(personPath(me.profile)) },
        { text: "Settings", icon: <Settings />, run: () => void navigate("/settings") },
        ...(up ? [] : CHECKING.map(({ to, text, icon }) => ({ text, icon, run: () => void navigate(to) }))),
        connected && {
          text: `Disconnect ${connected.wallet.name}`,
          icon: <Wallet />,
          run: () => void loadWallets().then((engine) => engine.disconnectWallet()),
        },
        { text: "Sign out", icon: <LogOut />, run: () => void leave() },
      ]}
    />
  );
}
