import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, WalletMinimal } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { api, type Schemas, take } from "../../../api/client";
import type { Me } from "../../../api/types";
import { Button } from "../../../components/Button";
import { Empty } from "../../../components/Empty";
import { Time } from "../../../components/Time";
import { CopyButton } from "../../../receipt/Hash";
import { ME } from "../../../session/session";
import { shortAddress } from "../../../wallet/names";
import { useWallet } from "../../../wallet/store";
import { Loaded } from "../parts/Loaded";
import { Lead, Part, Row, Rows } from "../parts/Part";
import { LinkDialog } from "./LinkDialog";
import { UnlinkDialog } from "./UnlinkDialog";

type Wallet = Schemas["Wallet"];

export const walletsQuery = queryOptions({
  queryKey: ["settings", "wallets"],
  queryFn: () => take(api.GET("/api/v1/wallets")),
});

/** My wallets: what signs for me, and lets me in. */
export default function Wallets({ me }: { me: Me }) {
  const queries = useQueryClient();
  const [linking, setLinking] = useState(false);
  const [unlinking, setUnlinking] = useState<string | null>(null);
  const query = useQuery(walletsQuery);
  const own = query.data?.items ?? [];
  const readAnew = () =>
    Promise.all([ME, walletsQuery.queryKey].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const link = (
    <Button size="s" icon={<Plus size={16} aria-hidden="true" />} onClick={() => setLinking(true)}>
      Link a wallet
    </Button>
  );
  return (
    <>
      <Lead>
        A wallet signs your posts, so that anybody can check that they are yours, and it lets you in without a
        password.
      </Lead>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              icon={<WalletMinimal size={36} />}
              title="No wallet is linked"
              text="Your posts are not signed: this server alone says that they are yours. Link a wallet, and what you post from then on carries your own signature."
            >
              {link}
            </Empty>
          ) : (
            <Part title="Linked wallets" act={link}>
              <Rows>
                {items.map((wallet) => (
                  <WalletRow
                    key={wallet.address}
                    wallet={wallet}
                    last={items.length === 1 && !me.has_password}
                    onUnlink={() => setUnlinking(wallet.address)}
                  />
                ))}
              </Rows>
            </Part>
          )
        }
      </Loaded>
      {linking && <LinkDialog me={me} own={own} onClose={() => setLinking(false)} />}
      {unlinking !== null && (
        <UnlinkDialog
          me={me}
          address={unlinking}
          own={own}
          onUnlinked={readAnew}
          onClose={() => setUnlinking(null)}
        />
      )}
    </>
  );
}

function WalletRow({ wallet, last, onUnlink }: { wallet: Wallet; last: boolean; onUnlink: () => void }) {
  const { connected } = useWallet();
  const name = shortAddress(wallet.address);
  return (
    <Row
      title={
        <>
          <code title={wallet.address}>{name}</code>
          <CopyButton value={wallet.address} name={`the address ${name}`} />
        </>
      }
      mark={connected?.address === wallet.address && "Connected here"}
      acts={
        last ? null : (
          <Button size="s" aria-label={`Unlink ${name}`} onClick={onUnlink}>
            Unlink
          </Button>
        )
      }
    >
      {wallet.created_at && (
        <p>
          Linked <Time at={wallet.created_at} />
        </p>
      )}
      {last && (
        <p>
          It is your only way in: link another wallet or <Link to="/settings/security">set a password</Link>{" "}
          before you unlink it.
        </p>
      )}
    </Row>
  );
}
