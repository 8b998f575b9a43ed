import { useQuery } from "@tanstack/react-query";
import { sentenceOf } from "../../api/problem";
import { Skeleton } from "../../components/Skeleton";
import { openedQuery } from "../../queries/moderation";
import forms from "../../styles/forms.module.css";
import css from "./moderation.module.css";

/** A reported message, once one said why one reads it. */
export function Opened({ message }: { message: string }) {
  const { data, error, isPending } = useQuery(openedQuery(message));
  if (isPending) return <Skeleton rows={1} />;
  if (error)
    return (
      <p role="alert" className={forms.problem}>
        {sentenceOf(error)}
      </p>
    );
  if (data === null) return null;
  return (
    <blockquote className={css.quote}>
      <p dir="auto">{data.text ?? "It was deleted since."}</p>
    </blockquote>
  );
}
