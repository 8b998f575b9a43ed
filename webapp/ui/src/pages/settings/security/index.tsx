import { Link } from "react-router";
import type { Me } from "../../../api/types";
import { Lead, Part } from "../parts/Part";
import { Password } from "./Password";
import { RecoveryCodes } from "./RecoveryCodes";

/** The password and the codes for when it is lost. */
export default function Security({ me }: { me: Me }) {
  if (me.profile.handle === null) {
    return (
      <Part
        title="Choose a handle first"
        about="People sign in with handle and password, and recover by handle and code."
      >
        <p>
          <Link to="/settings/profile">Choose a handle in your profile</Link>, then come back.
        </p>
      </Part>
    );
  }
  return (
    <>
      <Lead>
        {me.has_password
          ? "You can sign in with your handle and a password."
          : "You sign in with a wallet. A password is a second way in, for when the wallet is not at hand."}
      </Lead>
      <Password me={me} />
      <RecoveryCodes me={me} />
    </>
  );
}
