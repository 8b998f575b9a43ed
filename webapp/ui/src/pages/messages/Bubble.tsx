import { CircleAlert, Clock, Copy, Flag, Trash2 } from "lucide-react";
import { useState } from "react";
import { copyText } from "../../app/copy";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Menu } from "../../components/Menu";
import { ReportDialog } from "../../components/post/ReportDialog";
import { RichText } from "../../components/RichText";
import { Time } from "../../components/Time";
import type { Line } from "../../lib/messages";
import { type Message, useEraseMessage } from "../../queries/messages";
import type { Outgoing } from "../../queries/outbox";
import css from "./Bubble.module.css";

interface Props {
  line: Line;
  conversation: string;
  own: boolean;
  onAgain: (id: string) => void;
  onDiscard: (id: string) => void;
}

/** One message, and how it stands. */
export function Bubble({ line, conversation, own, onAgain, onDiscard }: Props) {
  const { message, outgoing } = line;
  if (outgoing) return <OnItsWay one={outgoing} onAgain={onAgain} onDiscard={onDiscard} />;
  if (!message) return null;
  if (message.text === null) return <p className={css.erased}>Deleted</p>;
  return (
    <>
      <div className={css.row} data-own={own}>
        <p className={css.bubble} dir="auto">
          <RichText text={message.text} />
        </p>
        <span className={css.acts}>
          <Acts message={message} conversation={conversation} own={own} />
        </span>
      </div>
      {line.ends && message.created_at && <Time at={message.created_at} className={css.time} />}
    </>
  );
}

function OnItsWay({
  one,
  onAgain,
  onDiscard,
}: {
  one: Outgoing;
  onAgain: (id: string) => void;
  onDiscard: (id: string) => void;
}) {
  return (
    <>
      <p className={`${css.bubble} ${css.going}`} dir="auto">
        <RichText text={one.text} />
      </p>
      {one.state === "failed" ? (
        <div className={css.failed} role="alert">
          <p>
            <CircleAlert aria-hidden="true" /> Not sent. {one.problem}
          </p>
          <Button size="s" onClick={() => onAgain(one.id)}>
            Try again
          </Button>
          <Button size="s" kind="quiet" onClick={() => onDiscard(one.id)}>
            Discard
          </Button>
        </div>
      ) : (
        <p className={css.time}>
          <Clock aria-hidden="true" /> {one.state === "sending" ? "Sending" : "Waiting"}
        </p>
      )}
    </>
  );
}

function Acts({ message, conversation, own }: { message: Message; conversation: string; own: boolean }) {
  const [open, setOpen] = useState<"report" | "delete" | null>(null);
  const erase = useEraseMessage(conversation);
  const copy = () => copyText(message.text ?? "", "The text is copied.", "Mark the text, and copy it so.");
  return (
    <>
      <Menu
        label="More about this message"
        items={[
          { text: "Copy the text", icon: <Copy />, run: () => void copy() },
          own && { text: "Delete", icon: <Trash2 />, danger: true, run: () => setOpen("delete") },
          !own && { text: "Report", icon: <Flag />, danger: true, run: () => setOpen("report") },
        ]}
      />
      {open === "report" && (
        <ReportDialog type="message" subject={message.id} onClose={() => setOpen(null)} />
      )}
      {open === "delete" && (
        <Dialog
          title="Delete this message?"
          onClose={() => setOpen(null)}
          acts={
            <>
              <Button onClick={() => setOpen(null)}>Keep</Button>
              <Button
                kind="danger"
                onClick={() => {
                  setOpen(null);
                  erase.mutate(message);
                }}
              >
                Delete for everybody
              </Button>
            </>
          }
        >
          <p>Its text is erased for everybody, for good. That there was a message stays to be seen.</p>
        </Dialog>
      )}
    </>
  );
}
