"""HiGHS, the model passed as arrays. Not to be imported beside OR-Tools, which brings a HiGHS of its own."""

import highspy
import numpy as np

from programme import Programme, solve_in_sequence


class Highs:
    """HiGHS: the simplex or, as `ipm`, the interior point without crossover."""

    def __init__(self, programme, method):
        self.programme = programme
        self.solver = highspy.Highs()
        for option, value in [("output_flag", False), ("threads", 1), ("parallel", "off"), ("solver", method),
                              ("run_crossover", "off")]:
            self.solver.setOptionValue(option, value)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = programme.column_count, len(programme.upper)
        model.col_cost_ = np.zeros(programme.column_count)
        model.col_lower_ = np.zeros(programme.column_count)
        model.col_upper_ = np.full(programme.column_count, highspy.kHighsInf)
        model.row_lower_ = np.full(len(programme.upper), -highspy.kHighsInf)
        model.row_upper_ = programme.upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.num_col_, model.a_matrix_.num_row_ = model.num_col_, model.num_row_
        model.a_matrix_.start_ = np.searchsorted(programme.rows, np.arange(len(programme.upper) + 1))
        model.a_matrix_.index_ = programme.columns
        model.a_matrix_.value_ = programme.values
        self.solver.passModel(model)

    def best(self, level):
        columns = np.arange(self.programme.column_count, dtype=np.int32)
        self.solver.changeColsCost(len(columns), columns, self.programme.objective(level))
        self.solver.run()
        status = self.solver.modelStatusToString(self.solver.getModelStatus())
        if status != "Optimal":
            raise SystemExit(f"not solved: {status}")
        return np.array(self.solver.getSolution().col_value)

    def hold(self, level, paid):
        self.solver.changeRowBounds(self.programme.held_rows[level], paid, np.inf)
        # The last basis stays feasible for the next class, so the primal simplex goes on from it.
        self.solver.setOptionValue("simplex_strategy", 4)


def prepare(net, method):
    programme = Programme(net)
    solver = Highs(programme, method)
    return lambda: solve_in_sequence(programme, solver)
