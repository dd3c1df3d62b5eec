import { Component, type ReactNode } from "react";

interface Props {
  /** Said in the place of what failed. */
  instead: string;
  children: ReactNode;
}

/** Keeps a part that fails from taking the numbers beside it off the screen. */
export class Contained extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <p className="muted">{this.props.instead}</p> : this.props.children;
  }
}
