import { useDemoRequest } from "../wallet/demo/requests";
import { Button } from "./Button";
import css from "./DemoWallet.module.css";
import { Dialog } from "./Dialog";

/** The demo wallet's own window: it looks like no part of Troth, and says what it is. */
export function DemoWallet() {
  const request = useDemoRequest();
  if (request === null) return null;
  return (
    <Dialog
      title={`Demo wallet: ${lowerFirst(request.title)}`}
      onClose={request.no}
      acts={
        <>
          <Button onClick={request.no}>Refuse</Button>
          <Button kind="primary" onClick={request.yes}>
            {request.title.startsWith("Connect")
              ? "Connect"
              : request.title.startsWith("Send")
                ? "Send"
                : "Sign"}
          </Button>
        </>
      }
    >
      <p className={css.mark}>
        A demo, built into this page for its own embedded chain. A real wallet is a program of your own.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre className={css.shown} tabIndex={0}>
        {request.shown}
      </pre>
    </Dialog>
  );
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
