import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { useTitle } from "../app/title";
import { IconButton } from "./Button";
import css from "./PageTitle.module.css";

interface Props {
  title: string;
  /** Shows an arrow that goes back, or to this address where there is nothing to go back to. */
  back?: string;
  children?: ReactNode;
}

/** The heading of a page, and its title in the tab; every page has exactly one. */
export function PageTitle({ title, back, children }: Props) {
  const navigate = useNavigate();
  useTitle(title);
  const goBack = () => (window.history.state?.idx > 0 ? navigate(-1) : navigate(back ?? "/"));
  return (
    <header className={css.bar}>
      {back && (
        <IconButton label="Back" onClick={goBack}>
          <ArrowLeft size={20} />
        </IconButton>
      )}
      <h1>{title}</h1>
      <div className={css.acts}>{children}</div>
    </header>
  );
}
