import { useState } from "react";
import { api, take } from "../../../api/client";
import { isCode, sentenceOf } from "../../../api/problem";
import type { Me } from "../../../api/types";
import { notice } from "../../../app/notices";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { shortAddress } from "../../../wallet/names";
import { AskAgain, type Asks, askedBy } from "../parts/AskAgain";
import { Problem } from "../parts/Part";
import { keepFocus } from "../parts/removing";

interface Props {
  me: Me;
  address: string;
  own: readonly { address: string }[];
  /** Reads the wallets anew. */
  onUnlinked: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks once more before a wallet is unlinked, and for the password or a fresh sign-in where the server wants one. */
export function UnlinkDialog({ me, address, own, onUnlinked, onClose }: Props) {
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState<Asks>(null);
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const name = shortAddress(address);
  const unlink = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const params = { path: { address } };
      const body = password ? { body: { password } } : {};
      await take<unknown>(api.DELETE("/api/v1/wallets/{address}", { params, ...body }));
      await onUnlinked();
      notice({ tone: "good", text: `${name} is unlinked. What it signed stays yours.` });
      onClose();
      keepFocus();
    } catch (error) {
      const tooNew = isCode(error, "way_in_too_new");
      // A password that is too new as well is not asked for again and again.
      const asked = tooNew && password !== "" ? null : askedBy(error, me);
      setAsks((before) => asked ?? before);
      if (isCode(error, "password_wrong")) setProblem("That is not your password.");
      else if (!asked) setProblem(`Still linked: ${sentenceOf(error)}`);
    } finally {
      setBusy(false);
    }
  };
  const goOn = () => {
    setAsks(null);
    void unlink();
  };
  return (
    <Dialog
      title={`Unlink ${name}?`}
      onClose={onClose}
      acts={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            busy={busy}
            disabled={
              asks === "sign-in" || ((asks === "password" || asks === "old-password") && password === "")
            }
            onClick={unlink}
          >
            Unlink
          </Button>
        </>
      }
    >
      <p>
        Nothing new is accepted from it or from the devices that it allowed, and other sessions that it opened
        end. What it signed stays signed, and stays yours; to edit or delete such a post you would link it
        again.
      </p>
      <AskAgain
        asks={asks}
        password={password}
        onPassword={setPassword}
        authors={own.map((one) => one.address)}
        onDone={goOn}
      />
      <Problem text={problem} />
    </Dialog>
  );
}
