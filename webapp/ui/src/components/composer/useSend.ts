import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLocation } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { Me, Post } from "../../api/types";
import { notice } from "../../app/notices";
import { dropDraft, type Place, readDraft } from "../../lib/drafts";
import { postPath } from "../../lib/paths";
import { useAlive } from "../../lib/useAlive";
import { uuid7 } from "../../lib/uuid7";
import { type PendingPost, pending } from "../../queries/pending";
import {
  ArrivedBeforeError,
  ChangedMeanwhileError,
  EndedBeforeError,
  type Wish,
} from "../../queries/publish";
import { usePendingAt } from "../../queries/usePending";
import { isStill } from "../../session/session";
import { WalletStoppedError } from "../../wallet/asking";
import type { DraftState } from "./useDraft";

interface Sending {
  /** What is on its way from this place, also where it was sent before one went away and came back. */
  going: PendingPost | undefined;
  error: unknown;
  send: () => void;
  /** Take the words that wait in the edit of a post that had arrived back here, for a post of their own. */
  takeBack: (arrived: Post) => void;
}

/**
 * Sends the draft of a place as it is in that moment. Whoever went elsewhere meanwhile is told there how it ended; who
 * signed in meanwhile as somebody else is told nothing.
 */
export function useSend(
  me: Me,
  place: Place,
  { freeze, amend, done }: DraftState,
  about: Omit<Wish, "draft">,
  onDone: ((post: Post) => void) | undefined,
): Sending {
  const queries = useQueryClient();
  const { pathname, search } = useLocation();
  const here = useAlive();
  const account = me.profile.id;
  useEffect(
    () => pending.onSent((whose, where) => whose === account && where === place && done()),
    [account, place, done],
  );
  const { mutate, error, reset } = useMutation({
    mutationFn: (wish: Wish) => pending.post(queries, me, place, wish),
    meta: { quiet: true },
    onSuccess: (post, { edits }) => {
      if (!isStill(queries, account)) return;
      const text = edits ? "Saved." : "Posted.";
      if (onDone && here.current) onDone(post);
      else notice({ tone: "good", text, link: { to: postPath(post.id), text: "See it" } });
    },
    onError: (failure, { edits }) => {
      if (failure instanceof EndedBeforeError) amend({ id: uuid7(), sent: false });
      // Told once: what is saved next replaces that version.
      if (failure instanceof ChangedMeanwhileError) amend({ base: failure.content });
      // Where the post changed, the page begins anew with it, and would no longer say so.
      const told = here.current && !(failure instanceof ChangedMeanwhileError);
      if (told || !isStill(queries, account)) return;
      if (failure instanceof ArrivedBeforeError) {
        const link = { to: `${postPath(failure.post.id)}/edit`, text: "Edit it" };
        return notice({ tone: "neutral", text: failure.message, link });
      }
      const tone = failure instanceof WalletStoppedError ? "neutral" : "bad";
      const link = { to: pathname + search, text: "Go back to it" };
      const deed = edits ? "saved" : "posted";
      notice({ tone, text: `Not ${deed}, and the text is kept: ${sentenceOf(failure)}`, link });
    },
  });
  const send = () => mutate({ ...about, draft: freeze() });
  const takeBack = ({ id }: Post) => {
    const waits = readDraft(account, `edit:${id}`);
    if (waits === null) return;
    const { text, audience, media, tokens } = waits;
    amend({ text, audience, media, tokens });
    dropDraft(account, `edit:${id}`, waits.id);
    reset();
  };
  return { going: usePendingAt(account, place), error, send, takeBack };
}
