import { Component, type ReactNode } from "react";
import { Link, Outlet, useLocation } from "react-router";
import { sentenceOf } from "../api/problem";
import { Button } from "../components/Button";
import { Empty } from "../components/Empty";
import { PageTitle } from "../components/PageTitle";

/** A page, or what is said of one that failed, until somebody goes elsewhere. */
export function Guarded() {
  return (
    <Guard place={useLocation().key}>
      <Outlet />
    </Guard>
  );
}

interface Props {
  place?: string;
  children: ReactNode;
}

/** What failed below shows as a sentence: never a blank screen, always a way on. */
export class Guard extends Component<Props, { error: unknown; failed: boolean }> {
  override state = { error: undefined, failed: false };

  static getDerivedStateFromError(error: unknown) {
    return { error, failed: true };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.failed && before.place !== this.props.place) this.setState({ failed: false });
  }

  override render() {
    return this.state.failed ? <RouteError error={this.state.error} /> : this.props.children;
  }
}

function RouteError({ error }: { error: unknown }) {
  // After a new version was installed, the old one's files are gone: loading the page anew finds the new ones.
  const stale = error instanceof TypeError && /import|module/i.test(error.message);
  return (
    <Empty
      title={stale ? "Troth was updated" : "This page stumbled"}
      text={stale ? "Load it again to go on with the new version." : sentenceOf(error)}
    >
      <Button kind="primary" onClick={() => location.reload()}>
        Load again
      </Button>
    </Empty>
  );
}

/** An address that leads nowhere. */
export function LostPage() {
  return (
    <>
      <PageTitle title="Nothing here" />
      <Empty
        title="There is nothing at this address"
        text="It may have been deleted, or mistyped on its way to you."
      >
        <Link to="/">Go to the start</Link>
        <Link to="/search">Search</Link>
      </Empty>
    </>
  );
}
