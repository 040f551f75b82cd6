/** The path of the simulator's program: the one that `MSPKIT_SIM` names, else the one of this platform's package. */
export declare function program(): string;
