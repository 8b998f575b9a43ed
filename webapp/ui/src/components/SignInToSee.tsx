import { LogIn } from "lucide-react";
import { useLocation } from "react-router";
import { ButtonLink } from "./Button";
import { Empty } from "./Empty";
import { PageTitle } from "./PageTitle";

/** A page that is only there for who is signed in; signing in leads back to it. */
export function SignInToSee({ title, what }: { title: string; what: string }) {
  const { pathname, search } = useLocation();
  return (
    <>
      <PageTitle title={title} />
      <Empty icon={<LogIn size={36} />} title="Sign in first" text={`Then you see ${what} here.`}>
        <ButtonLink to={`/signin?next=${encodeURIComponent(pathname + search)}`} kind="primary">
          Sign in
        </ButtonLink>
      </Empty>
    </>
  );
}
