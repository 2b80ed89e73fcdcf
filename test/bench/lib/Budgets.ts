/** Figures of a benchmark against what they may be. */
export class Budgets {
  #over = 0;

  /** Prints a figure, and whether it is over its budget. */
  tell(what: string, value: number, budget: number, unit: string): void {
    const isOver = value > budget;
    if (isOver) this.#over += 1;
    console.log(
      `  ${what.padEnd(58)} ${value
        .toFixed(1)
        .padStart(9)} ${unit} (at most ${budget}) ${isOver ? 'OVER' : ''}`,
    );
  }

  /** Prints the sum. @returns the exit code */
  sum(): number {
    console.log(this.#over ? `${this.#over} over budget` : 'within the budget');
    return this.#over ? 1 : 0;
  }
}
