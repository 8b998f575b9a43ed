import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, take } from "../../../api/client";
import { Button } from "../../../components/Button";
import { Time } from "../../../components/Time";
import { Hash } from "../../../receipt/Hash";
import { Loaded } from "../parts/Loaded";
import { Part, Row, Rows } from "../parts/Part";
import { useRemoval } from "../parts/removing";
import { Sure } from "../parts/Sure";
import { type App, appsQuery } from "./queries";
import { RegisterDialog } from "./RegisterDialog";

/** The apps that one registered. */
export function OwnApps() {
  const [registering, setRegistering] = useState(false);
  return (
    <Part
      title="Your apps"
      about="Registered here, an app can ask people to let it act for them (OAuth 2.0 with PKCE)."
      act={
        <Button size="s" icon={<Plus size={16} aria-hidden="true" />} onClick={() => setRegistering(true)}>
          Register an app
        </Button>
      }
    >
      <Loaded query={useQuery(appsQuery)} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p>You registered none. It needs a name, and the address to which people come back.</p>
          ) : (
            <Rows>
              {items.map((app) => (
                <AppRow key={app.client_id} app={app} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      {registering && <RegisterDialog onClose={() => setRegistering(false)} />}
    </Part>
  );
}

function AppRow({ app }: { app: App }) {
  const [sure, setSure] = useState(false);
  const removal = useRemoval<App>({
    key: appsQuery.queryKey,
    idOf: ({ client_id }) => client_id,
    remove: ({ client_id }) => {
      const params = { path: { app_id: client_id } };
      return take<unknown>(api.DELETE("/api/v1/oauth/apps/{app_id}", { params }));
    },
    done: ({ name }) => `${name} is deleted.`,
    failed: "Not deleted",
  });
  return (
    <Row
      title={<bdi>{app.name}</bdi>}
      acts={
        <Button size="s" aria-label={`Delete ${app.name}`} onClick={() => setSure(true)}>
          Delete
        </Button>
      }
    >
      <p>
        {app.confidential ? "Keeps a secret on its server" : "Runs on people's own devices"}
        {app.created_at && (
          <>
            , registered <Time at={app.created_at} />
          </>
        )}
      </p>
      <p>
        client_id <Hash value={app.client_id} name={`the client_id of ${app.name}`} />
      </p>
      {app.redirect_uris.map((uri) => (
        <p key={uri}>
          Leads back to <code>{uri}</code>
        </p>
      ))}
      {sure && (
        <Sure
          title={`Delete ${app.name}?`}
          act="Delete"
          onClose={() => setSure(false)}
          onDo={() => {
            setSure(false);
            removal.mutate(app);
          }}
        >
          <p>Everybody who allowed it is signed out of it at once, and its client_id never works again.</p>
        </Sure>
      )}
    </Row>
  );
}
