import { ChevronRight } from "lucide-react";
import { Suspense } from "react";
import { Link, useParams } from "react-router";
import { LostPage } from "../../app/RouteError";
import { PageTitle } from "../../components/PageTitle";
import { SignInToSee } from "../../components/SignInToSee";
import { Skeleton } from "../../components/Skeleton";
import { useMe } from "../../session/session";
import { GROUPS, SECTIONS } from "./sections";
import css from "./settings.module.css";

/** Settings: a list of sections, and each section at an address of its own. */
export function Component() {
  const me = useMe();
  const rest = useParams()["*"] ?? "";
  if (me === undefined) return <Skeleton rows={6} />;
  if (me === null) return <SignInToSee title="Settings" what="your settings" />;
  if (rest === "") return <Overview />;
  const section = SECTIONS.find((one) => one.path === rest);
  if (section === undefined) return <LostPage />;
  const { Page } = section;
  return (
    <>
      <PageTitle title={section.title} back="/settings" />
      <Suspense fallback={<Skeleton rows={3} />}>
        <Page me={me} />
      </Suspense>
    </>
  );
}

function Overview() {
  return (
    <>
      <PageTitle title="Settings" />
      {GROUPS.map(({ name, sections }) => (
        <nav key={name} className={css.group} aria-label={name}>
          <h2>{name}</h2>
          <ul className="plain">
            {sections.map(({ path, title, about, icon }) => (
              <li key={path}>
                <Link to={`/settings/${path}`} className={css.entry}>
                  <span className={css.entryIcon} aria-hidden="true">
                    {icon}
                  </span>
                  <span className={css.entryWords}>
                    <strong>{title}</strong>
                    <small>{about}</small>
                  </span>
                  <ChevronRight size={20} aria-hidden="true" className={css.chevron} />
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      ))}
    </>
  );
}
