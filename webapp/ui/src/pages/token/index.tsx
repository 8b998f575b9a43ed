import { useQuery } from "@tanstack/react-query";
import { ImageOff } from "lucide-react";
import { useParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import { LostPage } from "../../app/RouteError";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import { useSent } from "../../lib/sent";
import { nameOfToken, shortNumber, textOf } from "../../lib/tokens";
import { type Asset, assetQuery, type Mint, mintsQuery } from "../../queries/tokens";
import { useMe } from "../../session/session";
import { MintState } from "./MintState";
import { Token } from "./Token";
import { Work } from "./Work";

/** A token, at /tokens/NUMBER: also one's own that is still on its way to the chain. */
export function Component() {
  const { token = "" } = useParams();
  if (!/^\d{1,78}$/.test(token)) return <LostPage />;
  return <Page key={token} token={token} />;
}

function Page({ token }: { token: string }) {
  const me = useMe();
  const { mint, asset, error, isPending, refetch } = useToken(token, Boolean(me));
  const title = nameOfToken(textOf(asset?.metadata ?? mint?.metadata ?? null), token);
  if (isPending) return <Frame title={`Token ${shortNumber(token)}`} />;
  if (asset) {
    return (
      <Frame title={title}>
        <Token asset={asset} me={me ?? null} mint={mint} />
      </Frame>
    );
  }
  if (mint) {
    return (
      <Frame title={title}>
        <Work metadata={mint.metadata} name={title} />
        <MintState mint={mint} />
      </Frame>
    );
  }
  return (
    <Frame title="Token">
      <Absent error={error} onAgain={() => void refetch()} />
    </Frame>
  );
}

/** The token, and one's own mint of it; both are looked at again while something of them is on its way. */
function useToken(token: string, signedIn: boolean) {
  const moving = useSent(`transfer:${token}`) !== null;
  const found = useQuery(assetQuery(token, moving));
  const mints = useQuery({ ...mintsQuery(found.data === null), enabled: signedIn });
  const mint = mints.data?.find((one) => one.token_id === token && one.progress.state !== "withdrawn");
  const coming = found.data === null && mint !== undefined;
  const again = useQuery({ ...assetQuery(token, true), enabled: coming });
  const asset: Asset | null = again.data ?? found.data ?? null;
  const isPending = found.isPending || (found.data === null && signedIn && mints.isPending);
  return { asset, mint: mint as Mint | undefined, isPending, error: found.error, refetch: found.refetch };
}

function Frame({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <>
      <PageTitle title={title} back="/" />
      {children ?? <Skeleton rows={4} />}
    </>
  );
}

function Absent({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  if (error) {
    return (
      <Empty title="The token could not be loaded" text={sentenceOf(error)}>
        <Button onClick={onAgain}>Try again</Button>
      </Empty>
    );
  }
  return (
    <Empty
      icon={<ImageOff size={36} />}
      title="There is no such token here"
      text="It may not be made yet, or its block was dropped from the chain. If you are making it, sign in with the account that does."
    >
      <Button onClick={onAgain}>Look again</Button>
      <ButtonLink to="/tokens/new">Make a token</ButtonLink>
    </Empty>
  );
}
