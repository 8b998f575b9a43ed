/** One's own profile with its revision, and the form that changes it. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, takeWhole } from "../../../api/client";
import { isCode } from "../../../api/problem";
import type { Me } from "../../../api/types";
import { notice } from "../../../app/notices";
import { ME } from "../../../session/session";
import { changeOf, type Form, formOf } from "./form";

export interface Revised {
  me: Me;
  etag: string | null;
}

/** What one's profile is now, whatever the page knew of it. */
export const ownProfileQuery = queryOptions({
  queryKey: ["settings", "profile"],
  queryFn: readOwn,
  staleTime: 0,
});

async function readOwn(): Promise<Revised> {
  const { data, headers } = await takeWhole(api.GET("/api/v1/me"));
  return { me: data, etag: headers.get("ETag") };
}

/** The form, and saving it only over what it began with (If-Match), unless told to. */
export function useProfileForm(found: Revised) {
  const queries = useQueryClient();
  const [began, setBegan] = useState(found);
  const [form, setForm] = useState(() => formOf(found.me.profile));
  const base = formOf(began.me.profile);
  const save = useMutation({
    mutationFn: async ({ over }: { over: boolean }): Promise<Revised> => {
      const etag = over ? (await readOwn()).etag : began.etag;
      const { data, headers } = await takeWhole(
        api.PATCH("/api/v1/me", {
          params: { header: etag === null ? {} : { "If-Match": etag } },
          body: changeOf(base, form),
        }),
      );
      return { me: data, etag: headers.get("ETag") };
    },
    meta: { quiet: true },
    onSuccess: (saved) => {
      begin(saved);
      queries.setQueryData(ownProfileQuery.queryKey, saved);
      queries.setQueryData(ME, saved.me);
      void queries.invalidateQueries({ predicate: ({ queryKey }) => SHOWN.has(String(queryKey[0])) });
      notice({ tone: "good", text: "Your profile is saved." });
    },
  });
  const begin = (from: Revised) => {
    setBegan(from);
    setForm(formOf(from.me.profile));
  };
  const change = (part: Partial<Form>) => setForm((now) => ({ ...now, ...part }));
  const takeTheirs = async () => {
    begin(await queries.fetchQuery(ownProfileQuery));
    save.reset();
  };
  return { base, form, change, save, conflict: isCode(save.error, "stale"), takeTheirs };
}

/** Where one's own name and picture are shown. */
const SHOWN = new Set(["person", "feed", "thread", "post", "posts", "search"]);
