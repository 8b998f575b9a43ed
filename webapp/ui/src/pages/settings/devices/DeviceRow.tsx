import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../../api/problem";
import { notice } from "../../../app/notices";
import { Button } from "../../../components/Button";
import { Time } from "../../../components/Time";
import { WalletStoppedError } from "../../../wallet/asking";
import { revokeDevice } from "../../../wallet/device/revoke";
import { shortAddress } from "../../../wallet/names";
import type { Address } from "../../../wallet/store";
import { Row } from "../parts/Part";
import type { Device } from "./list";
import { hereQuery } from "./queries";

/** One device: whose it is, since when and until when it may sign, and revoking it. */
export function DeviceRow({ device, several }: { device: Device; several: boolean }) {
  const queries = useQueryClient();
  const here = useQuery(hereQuery(device.author as Address)).data === device.address;
  const [busy, setBusy] = useState(false);
  const name = shortAddress(device.address);
  const revoke = async () => {
    setBusy(true);
    try {
      await revokeDevice(device.author as Address, device.address as Address);
      await queries.invalidateQueries({ queryKey: ["settings", "devices"] });
      notice({ tone: "good", text: `${name} may no longer sign for you.` });
    } catch (error) {
      if (!(error instanceof WalletStoppedError))
        notice({ tone: "bad", text: `Not revoked: ${sentenceOf(error)}` });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Row
      title={<code title={device.address}>{name}</code>}
      mark={here && "This browser"}
      acts={
        device.state === "active" && (
          <Button size="s" busy={busy} aria-label={`Revoke ${name}`} onClick={revoke}>
            Revoke
          </Button>
        )
      }
    >
      <p>
        {several && `Signs for ${shortAddress(device.author)}. `}
        {device.since && (
          <>
            Allowed <Time at={device.since} />.{" "}
          </>
        )}
        {device.usedAt ? (
          <>
            Last signed <Time at={device.usedAt} />.
          </>
        ) : (
          "It has signed nothing yet."
        )}
      </p>
      <p>
        <Ends device={device} />
      </p>
    </Row>
  );
}

function Ends({ device }: { device: Device }) {
  if (device.state === "revoked" && device.revokedAt) {
    return (
      <>
        Revoked <Time at={device.revokedAt} />
      </>
    );
  }
  const at = new Date(device.endsAt).toISOString();
  return (
    <>
      {device.state === "active" ? "Ends by itself: " : "Ended by itself: "}
      <Time at={at} />
    </>
  );
}
