"""GLOP of OR-Tools through MathOpt, which takes the model as arrays and keeps the solver between solves."""

import numpy as np
from ortools.math_opt import (callback_pb2, model_parameters_pb2, model_pb2, model_update_pb2, parameters_pb2,
                              result_pb2)
from ortools.math_opt.core.python import solver as math_opt

from programme import Programme, solve_in_sequence


class Glop:
    def __init__(self, programme):
        self.programme = programme
        model = model_pb2.ModelProto()
        model.variables.ids.extend(range(programme.column_count))
        model.variables.lower_bounds.extend(np.zeros(programme.column_count))
        model.variables.upper_bounds.extend(np.full(programme.column_count, np.inf))
        model.variables.integers.extend(np.zeros(programme.column_count, dtype=bool))
        model.linear_constraints.ids.extend(range(len(programme.upper)))
        model.linear_constraints.lower_bounds.extend(np.full(len(programme.upper), -np.inf))
        model.linear_constraints.upper_bounds.extend(programme.upper)
        model.linear_constraint_matrix.row_ids.extend(programme.rows)
        model.linear_constraint_matrix.column_ids.extend(programme.columns)
        model.linear_constraint_matrix.coefficients.extend(programme.values)
        self.solver = math_opt.new(parameters_pb2.SOLVER_TYPE_GLOP, model, parameters_pb2.SolverInitializerProto())

    def update(self, change):
        if not self.solver.update(change):
            raise SystemExit("GLOP refused a change of the model")

    def best(self, level):
        change = model_update_pb2.ModelUpdateProto()
        change.objective_updates.linear_coefficients.ids.extend(range(self.programme.column_count))
        change.objective_updates.linear_coefficients.values.extend(self.programme.objective(level))
        self.update(change)
        # Without presolve the next class goes on from the last basis, which is several times as fast in all.
        parameters = parameters_pb2.SolveParametersProto(threads=1, presolve=parameters_pb2.EMPHASIS_OFF)
        result = self.solver.solve(parameters, model_parameters_pb2.ModelSolveParametersProto(), None,
                                   callback_pb2.CallbackRegistrationProto(), None, None)
        if result.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL:
            raise SystemExit(f"not solved: {result.termination.detail}")
        found = result.solutions[0].primal_solution.variable_values
        values = np.zeros(self.programme.column_count)
        values[np.array(found.ids)] = np.array(found.values)
        return values

    def hold(self, level, paid):
        change = model_update_pb2.ModelUpdateProto()
        bounds = change.linear_constraint_updates.lower_bounds
        bounds.ids.append(self.programme.held_rows[level])
        bounds.values.append(paid)
        self.update(change)


def prepare(net):
    programme = Programme(net)
    solver = Glop(programme)
    return lambda: solve_in_sequence(programme, solver)
