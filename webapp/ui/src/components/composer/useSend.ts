import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLocation } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { Me, Post } from "../../api/types";
import { notice } from "../../app/notices";
import type { Place } from "../../lib/drafts";
import { useAlive } from "../../lib/useAlive";
import { type PendingPost, pending, usePendingAt } from "../../queries/pending";
import type { Wish } from "../../queries/publish";
import { WalletStoppedError } from "../../wallet/asking";
import type { DraftState } from "./useDraft";

interface Sending {
  /** What is on its way from this place, also where it was sent before one went away and came back. */
  going: PendingPost | undefined;
  error: unknown;
  send: () => void;
}

/** Sends the draft of a place. Whoever went elsewhere meanwhile is told there how it ended. */
export function useSend(
  me: Me,
  place: Place,
  { keep, done }: DraftState,
  wish: Wish,
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
  const { mutate, error } = useMutation({
    mutationFn: () => pending.post(queries, me, place, wish),
    meta: { quiet: true },
    onSuccess: (post) => {
      if (onDone && here.current) onDone(post);
      else notice({ tone: "good", text: "Posted.", link: { to: `/posts/${post.id}`, text: "See it" } });
    },
    onError: (failure) => {
      if (here.current) return;
      const tone = failure instanceof WalletStoppedError ? "neutral" : "bad";
      const link = { to: pathname + search, text: "Go back to it" };
      notice({ tone, text: `Not posted, and the text is kept: ${sentenceOf(failure)}`, link });
    },
  });
  const send = () => {
    keep();
    mutate();
  };
  return { going: usePendingAt(account, place), error, send };
}
