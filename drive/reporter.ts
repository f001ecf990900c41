/** How the driver tells what it does. cli/ shows it: live on a terminal, as plain lines elsewhere. */
export interface Reporter {
  /** Text for people, between phases: a plan, a hint. */
  print(text: string): void;
  /** Something that cannot wait, also in the middle of a phase. */
  notice(text: string): void;
  /** Begins a phase. One is under way at a time. */
  begin(title: string): Phase;
  /** Waits until all of it is on the screen, so that something else can write there. */
  flush(): Promise<void>;
}

/** A stretch of the work that has a name and a time of its own. */
export interface Phase {
  /** What a node is at. Plain output shows only what is final (`done`, `failed`). */
  node(name: string, text: string, state: 'running' | 'done' | 'failed'): void;
  /** What the whole phase is at now; plain output leaves it out. */
  step(text: string): void;
  /** A step that is over, in one line. */
  line(text: string): void;
  end(outcome: 'done' | 'failed' | 'stopped', summary?: string): void;
}

/** How long a phase took, in milliseconds. */
export interface PhaseTime {
  readonly title: string;
  readonly milliseconds: number;
}
