import { Plus, X } from "lucide-react";
import { Button, IconButton } from "../../components/Button";
import { Field } from "../../components/Field";
import { type MintForm, MOST } from "./form";
import css from "./mint.module.css";

type Rows = MintForm["attributes"];

/** Names and values that marketplaces show and sort by. */
export function Attributes({ rows, onChange }: { rows: Rows; onChange: (rows: Rows) => void }) {
  const put = (id: number, part: { name?: string; value?: string }) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  const add = () =>
    onChange([...rows, { id: Math.max(0, ...rows.map(({ id }) => id)) + 1, name: "", value: "" }]);
  return (
    <div className={css.attributes}>
      {rows.map((row, index) => (
        <div key={row.id} className={css.attribute}>
          <Field
            label={`Attribute ${index + 1}`}
            value={row.name}
            maxLength={MOST.trait}
            placeholder="Colour"
            onChange={(name) => put(row.id, { name })}
          />
          <Field
            label={`Value ${index + 1}`}
            value={row.value}
            maxLength={MOST.value}
            placeholder="Green"
            onChange={(value) => put(row.id, { value })}
          />
          <IconButton
            label={`Remove attribute ${index + 1}`}
            onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}
          >
            <X size={18} />
          </IconButton>
        </div>
      ))}
      <Button
        size="s"
        icon={<Plus size={16} aria-hidden="true" />}
        disabled={rows.length >= MOST.attributes}
        onClick={add}
      >
        Add an attribute
      </Button>
    </div>
  );
}
