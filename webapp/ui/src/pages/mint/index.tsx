import { Sparkles, Wallet } from "lucide-react";
import type { Me } from "../../api/types";
import { ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { SignInToSee } from "../../components/SignInToSee";
import { Skeleton } from "../../components/Skeleton";
import { useMe } from "../../session/session";
import { Making } from "./Making";
import css from "./mint.module.css";

/** Make a token of a picture or a video. */
export function Component() {
  const me = useMe();
  if (me === undefined) return <Skeleton rows={4} />;
  if (me === null) return <SignInToSee title="Make a token" what="how a token is made" />;
  return (
    <>
      <PageTitle title="Make a token" back="/" />
      <MakingOrWallet me={me} />
    </>
  );
}

function MakingOrWallet({ me }: { me: Me }) {
  const wallets = me.profile.authors.filter(({ signs }) => signs).map(({ address }) => address);
  if (wallets.length === 0) {
    return (
      <Empty
        icon={<Wallet size={36} />}
        title="A token needs a wallet"
        text="It belongs to an address on the chain. Link a wallet to your account in the settings, then come back."
      >
        <ButtonLink to="/settings/wallets" kind="primary">
          Link a wallet
        </ButtonLink>
      </Empty>
    );
  }
  return (
    <>
      <p className={css.lead}>
        <Sparkles aria-hidden="true" />
        It is yours on the chain, whoever runs this server: you can give it away, and everybody can check that
        you made it.
      </p>
      <Making account={me.profile.id} wallets={wallets} />
    </>
  );
}
