import type { ReactNode } from "react";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";

interface Props {
  title: string;
  /** What the button says: the very act. */
  act: string;
  busy?: boolean;
  onDo: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Asks once more before something that cannot be taken back. */
export function Sure({ title, act, busy, onDo, onClose, children }: Props) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      acts={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" busy={busy ?? false} onClick={onDo}>
            {act}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
