import { queryOptions, useQuery } from "@tanstack/react-query";
import { LogIn, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { useLocation } from "react-router";
import { api, type Schemas, take } from "../../api/client";
import { isCode, sentenceOf } from "../../api/problem";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import { useMe } from "../../session/session";
import { Decision } from "./Decision";
import { type Asking, placeOf, readRequest, refusalWords } from "./request";

/** Where an app's link leads (RFC 6749): what it asks for, and the person's answer. */
export function Component() {
  const me = useMe();
  const { pathname, search } = useLocation();
  const read = readRequest(search);
  return (
    <>
      <PageTitle title="Allow an app" />
      {"problem" in read ? (
        <Refused title="This link is not complete">
          {read.problem} It comes from an app or a page of somebody else: begin again there, or tell whoever
          made it.
        </Refused>
      ) : me === undefined ? (
        <Skeleton rows={3} />
      ) : me === null ? (
        <Empty
          icon={<LogIn size={36} />}
          title="An app asks to act for you"
          text={`It would lead you back to ${targetOf(read.asking)}. Sign in first: then you read what it asks for, and allow or refuse it.`}
        >
          <ButtonLink to={`/signin?next=${encodeURIComponent(pathname + search)}`} kind="primary">
            Sign in
          </ButtonLink>
        </Empty>
      ) : (
        <Asked asking={read.asking} />
      )}
    </>
  );
}

/** The host to which the link would lead; whatever it says is no promise yet. */
function targetOf({ redirect_uri }: Asking): string {
  return URL.canParse(redirect_uri) ? placeOf(redirect_uri) : "somewhere that is no address";
}

const askedQuery = (asking: Asking) =>
  queryOptions({
    queryKey: ["consent", asking],
    queryFn: (): Promise<Schemas["Asked"]> =>
      take(api.GET("/api/v1/oauth/authorize", { params: { query: asking } })),
    staleTime: 0,
    gcTime: 0,
  });

function Asked({ asking }: { asking: Asking }) {
  const { data, error, refetch } = useQuery(askedQuery(asking));
  if (data) {
    if (data.redirect === null) return <Decision asked={data} asking={asking} />;
    const back = data.redirect;
    return (
      <Refused
        title={`${data.app.name} asks for something that is not possible`}
        act={
          <Button kind="primary" onClick={() => location.assign(back)}>
            Back to the app
          </Button>
        }
      >
        {refusalWords(back)} Nothing was allowed. The app, at {placeOf(back)}, is told so.
      </Refused>
    );
  }
  if (isCode(error, "app_not_found")) {
    return (
      <Refused title="There is no such app">
        The app that this link names is not registered here, or was deleted. Nothing was allowed.
      </Refused>
    );
  }
  if (isCode(error, "redirect_uri_refused")) {
    return (
      <Refused title="This link leads somewhere else">
        It would send you on to {targetOf(asking)}, which the app did not register. Somebody may be trying to
        get at your account through an app that you trust. Nothing was allowed.
      </Refused>
    );
  }
  if (isCode(error, "malformed")) {
    return (
      <Refused title="This link cannot be read">
        {error.fields.map(({ field, problem }) => `${field}: ${problem}`).join(" ") || sentenceOf(error)}
      </Refused>
    );
  }
  if (error) {
    return (
      <Refused
        title="The app could not be asked about"
        act={<Button onClick={() => void refetch()}>Try again</Button>}
      >
        {sentenceOf(error)}
      </Refused>
    );
  }
  return <Skeleton rows={3} />;
}

function Refused({ title, children, act }: { title: string; children: ReactNode; act?: ReactNode }) {
  return (
    <Empty icon={<Unplug size={36} />} title={title} text={children}>
      {act}
      <ButtonLink to="/">To the start</ButtonLink>
    </Empty>
  );
}
