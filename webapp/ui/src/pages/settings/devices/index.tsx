import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { sentenceOf } from "../../../api/problem";
import type { Me } from "../../../api/types";
import { notice } from "../../../app/notices";
import { Button, ButtonLink } from "../../../components/Button";
import { Empty } from "../../../components/Empty";
import { List } from "../../../components/List";
import { WalletStoppedError } from "../../../wallet/asking";
import { allowDevice } from "../../../wallet/device/device";
import { shortAddress } from "../../../wallet/names";
import type { Address } from "../../../wallet/store";
import { Lead, Part, Rows } from "../parts/Part";
import { DeviceRow } from "./DeviceRow";
import { devicesOf } from "./list";
import { devicesQuery, hereQuery } from "./queries";

/** The keys that may sign for my wallets, this browser's among them. */
export default function Devices({ me }: { me: Me }) {
  const authors = me.profile.authors.filter(({ signs }) => signs).map(({ address }) => address as Address);
  if (authors.length === 0) {
    return (
      <Empty
        icon={<KeyRound size={36} />}
        title="Devices sign for a wallet"
        text="Link a wallet first. Then one signature allows this browser to sign your posts, without a pop-up for each."
      >
        <ButtonLink to="/settings/wallets" kind="primary">
          To the wallets
        </ButtonLink>
      </Empty>
    );
  }
  return (
    <>
      <Lead>
        A device holds a key of its own that signs your posts, edits and deletions, and nothing else. It ends
        after sixty days, or when you revoke it.
      </Lead>
      {authors.map((author) => (
        <ThisBrowser key={author} author={author} several={authors.length > 1} />
      ))}
      <AllDevices authors={authors} />
    </>
  );
}

/** Allow this browser, where it may not sign yet for a wallet. */
function ThisBrowser({ author, several }: { author: Address; several: boolean }) {
  const queries = useQueryClient();
  const here = useQuery(hereQuery(author));
  const [busy, setBusy] = useState(false);
  if (here.data !== null) return null;
  const allow = async () => {
    setBusy(true);
    try {
      await allowDevice(author);
      await queries.invalidateQueries({ queryKey: ["settings", "devices"] });
      notice({ tone: "good", text: "This browser signs for you from now on." });
    } catch (error) {
      if (!(error instanceof WalletStoppedError)) notice({ tone: "bad", text: sentenceOf(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Part
      title="This browser"
      about={
        <>
          It may not sign{several ? ` for ${shortAddress(author)}` : ""} yet, so your wallet is asked for each
          post. One signature changes that, free of charge.
        </>
      }
    >
      <div>
        <Button kind="primary" busy={busy} onClick={allow}>
          Allow this browser
        </Button>
      </div>
    </Part>
  );
}

function AllDevices({ authors }: { authors: readonly Address[] }) {
  const query = useInfiniteQuery(devicesQuery);
  const devices = devicesOf(query.data?.pages.flatMap(({ items }) => items) ?? []);
  const good = devices.filter(({ state }) => state === "active");
  const over = devices.filter(({ state }) => state !== "active");
  const row = (device: (typeof devices)[number]) => (
    <DeviceRow key={`${device.author} ${device.address}`} device={device} several={authors.length > 1} />
  );
  return (
    <>
      {query.data && (
        <Part title="Allowed devices">
          {good.length > 0 ? (
            <Rows>{good.map(row)}</Rows>
          ) : (
            <p>No device may sign for you now: your wallet itself is asked each time.</p>
          )}
        </Part>
      )}
      {over.length > 0 && (
        <Part title="No longer allowed" about="What they signed while they were stays yours.">
          <Rows>{over.map(row)}</Rows>
        </Part>
      )}
      {/* Loads what is further down, and shows what hinders it. */}
      <List query={query} keyOf={({ created_at, address }) => `${created_at} ${address}`} empty={null}>
        {() => null}
      </List>
    </>
  );
}
