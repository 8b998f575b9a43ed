import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import type { Me, Post } from "../../api/types";
import { notice } from "../../app/notices";
import { useAlive } from "../../lib/useAlive";
import { pending } from "../../queries/pending";
import { isStill } from "../../session/session";
import { WalletStoppedError } from "../../wallet/asking";
import { Button } from "../Button";
import { Dialog } from "../Dialog";

/** Asks before a post is erased, and says what remains. */
export function DeleteDialog({ me, post, onClose }: { me: Me; post: Post; onClose: () => void }) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const open = useAlive();
  const still = () => isStill(queries, me.profile.id);
  const failed = (error: unknown) => {
    setBusy(false);
    const stopped = error instanceof WalletStoppedError;
    // Shown as erased, the post takes this dialog with it; what brought it back is said at the edge of the page.
    if (open.current) setProblem(stopped ? null : sentenceOf(error));
    else if (still()) notice({ tone: stopped ? "neutral" : "bad", text: `Not erased: ${sentenceOf(error)}` });
  };
  const run = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await pending.erase(queries, me, post);
      if (still()) notice({ tone: "good", text: "Erased. The commitment remains." });
    } catch (error) {
      failed(error);
    }
  };
  return (
    <Dialog
      title="Delete this post?"
      onClose={onClose}
      acts={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button kind="danger" busy={busy} onClick={run}>
            Delete for good
          </Button>
        </>
      }
    >
      <p>
        <strong>Erased for good:</strong> the text, the media and the salt of every version. Nobody can bring
        them back, you included.
      </p>
      <p>
        <strong>What remains:</strong> the post's hash and signature in the public log, and when they were
        anchored. They show that something was here, not what it said. Whoever kept a copy can still prove
        that copy.
      </p>
      {problem && <p role="alert">{problem}</p>}
    </Dialog>
  );
}
