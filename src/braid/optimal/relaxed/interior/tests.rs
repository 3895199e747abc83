use super::*;

/// A small generator of the usual kind; the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let mixed = (self.0 >> 32) ^ self.0;
        mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() as f64 / 4294967296.0)
    }

    fn chance(&mut self, share: f64) -> bool {
        self.between(0.0, 1.0) < share
    }
}

/// What an instance looks like.
struct Shape {
    months: usize,
    streams: usize,
    classes: usize,
    eligible: f64,
    capped: f64,
    per_award: bool,
    recovery: bool,
}

/// Streams with award windows that lapse, demand classes, caps on a share of what a stream spends.
fn instance(random: &mut Random, shape: &Shape) -> Program {
    let mut program = Program { months: shape.months, ..Program::default() };
    let months = shape.months;
    // Recovered indirect cost is an account of its own, which pays for anything.
    let rows = shape.streams + usize::from(shape.recovery);
    let windows: Vec<(usize, usize)> = (0..shape.streams)
        .map(|_| {
            if random.chance(0.2) {
                (months, 0)
            } else {
                let length = 12 + random.below(37) as usize;
                (length, random.below(length as u64) as usize)
            }
        })
        .collect();
    let eligible: Vec<Vec<bool>> = (0..shape.streams)
        .map(|_| (0..shape.classes).map(|_| random.chance(shape.eligible)).collect())
        .collect();
    let capped: Vec<bool> = (0..shape.streams).map(|_| random.chance(shape.capped)).collect();
    let administrative: Vec<bool> = (0..shape.classes).map(|_| random.chance(0.25)).collect();
    let share = random.between(0.05, 0.2);
    let weights: Vec<f64> = (0..shape.classes)
        .map(|_| [100.0, 10.0, 1.0][random.below(3) as usize] * random.between(0.8, 1.0))
        .collect();
    let sizes: Vec<f64> =
        (0..shape.classes).map(|_| random.between(100.0, 20_000.0).floor()).collect();
    let mut cost = 0.0;
    for _ in 0..months {
        for class in 0..shape.classes {
            let need = (sizes[class] * random.between(0.8, 1.2) * 100.0).floor();
            cost += need;
            program.demands.push(Demand { need, weight: weights[class] });
        }
    }
    let funding = cost * random.between(0.7, 1.25);
    let mut inflows = vec![vec![0.0; months]; shape.streams];
    let mut total = 0.0;
    for stream in 0..shape.streams {
        let rate = random.between(0.3, 2.0);
        let (length, offset) = windows[stream];
        for month in 0..months {
            let opens = month == 0 || (month + offset) % length == 0;
            let left = (length - (month + offset) % length).min(months - month);
            let inflow = if length == months {
                if month % 3 == 0 { rate * 3.0 } else { 0.0 }
            } else if opens {
                rate * left as f64
            } else {
                0.0
            };
            inflows[stream][month] = inflow;
            total += inflow;
        }
    }
    for month in 0..months {
        for stream in 0..shape.streams {
            let (length, offset) = windows[stream];
            let ends = month + 1 == months || (month + 1 + offset) % length == 0;
            let into = (program.accounts.len() + rows) as u32;
            let limit = f64::INFINITY;
            program.accounts.push(Account {
                month: month as u32,
                inflow: (inflows[stream][month] / total * funding).floor(),
                carry: (!ends).then_some(Carry { into, limit }),
            });
        }
        if shape.recovery {
            let into = program.accounts.len() as u32 + rows as u32;
            program.accounts.push(account(month as u32, 0.0, (month + 1 < months).then_some(into)));
        }
    }
    let mut limit_of = vec![None; shape.streams];
    for month in 0..months {
        for stream in 0..shape.streams {
            let (length, offset) = windows[stream];
            let opens = month == 0 || (shape.per_award && (month + offset) % length == 0);
            if capped[stream] && opens {
                limit_of[stream] = Some(program.limits.len() as u32);
                program.limits.push(0.0);
            }
        }
        for class in 0..shape.classes {
            for stream in 0..shape.streams {
                if !eligible[stream][class] {
                    continue;
                }
                let account = (month * rows + stream) as u32;
                let demand = (month * shape.classes + class) as u32;
                let coefficient = if administrative[class] { 1.0 - share } else { -share };
                let limit: Vec<(u32, f64)> =
                    limit_of[stream].iter().map(|&limit| (limit, coefficient)).collect();
                let recovered = (((month + 1) * rows - 1) as u32, -0.1 / 1.1);
                let accounts = [(account, 1.0), recovered];
                let accounts = if shape.recovery { &accounts[..] } else { &accounts[..1] };
                let demand = Some((demand, 1.0));
                program.columns.push(month as u32, f64::INFINITY, demand, accounts, &limit);
            }
            if shape.recovery {
                let accounts = [(((month + 1) * rows - 1) as u32, 1.0)];
                let demand = Some(((month * shape.classes + class) as u32, 1.0));
                program.columns.push(month as u32, f64::INFINITY, demand, &accounts, &[]);
            }
        }
    }
    program
}

/// The weighted gap of these columns.
fn objective(program: &Program, columns: &[f64]) -> f64 {
    let mut gaps: Vec<f64> = program.demands.iter().map(|demand| demand.need).collect();
    for (column, value) in columns.iter().enumerate() {
        if let Some((demand, coefficient)) = program.columns.demands[column] {
            gaps[demand as usize] -= coefficient * value;
        }
    }
    gaps.iter().zip(&program.demands).map(|(gap, demand)| gap.max(0.0) * demand.weight).sum()
}

/// The most that any row or bound is broken.
fn broken(program: &Program, columns: &[f64]) -> f64 {
    let mut most = 0.0_f64;
    let mut spent = vec![0.0; program.accounts.len()];
    let mut limits = program.limits.clone();
    let mut gaps: Vec<f64> = program.demands.iter().map(|demand| demand.need).collect();
    for (column, value) in columns.iter().enumerate() {
        most = most.max(-value).max(value - program.columns.uppers[column]);
        for &(account, coefficient) in program.columns.accounts(column) {
            spent[account as usize] += coefficient * value;
        }
        for &(limit, coefficient) in program.columns.limits(column) {
            limits[limit as usize] -= coefficient * value;
        }
        if let Some((demand, coefficient)) = program.columns.demands[column] {
            gaps[demand as usize] -= coefficient * value;
        }
    }
    for left in limits.iter().chain(&gaps) {
        most = most.max(-left);
    }
    let mut carried = vec![0.0; program.accounts.len()];
    for (at, account) in program.accounts.iter().enumerate() {
        let left: f64 = account.inflow + carried[at] - spent[at];
        most = most.max(-left);
        if let Some(carry) = account.carry {
            carried[carry.into as usize] += left.max(0.0).min(carry.limit);
        }
    }
    most
}

/// The bound that these prices prove, whatever they are: each column is at most what its demand or
/// upper bound allows, each carry at most all the money.
fn bound(program: &Program, accounts: &[f64], limits: &[f64]) -> f64 {
    let columns = &program.columns;
    let money: f64 = program.accounts.iter().map(|account| account.inflow).sum();
    let mut bound = 0.0;
    let mut fills: Vec<Vec<(f64, f64)>> = vec![Vec::new(); program.demands.len()];
    for column in 0..columns.len() {
        let mut price = 0.0;
        for &(account, coefficient) in columns.accounts(column) {
            price += coefficient * accounts[account as usize];
        }
        for &(limit, coefficient) in columns.limits(column) {
            price += coefficient * limits[limit as usize];
        }
        match columns.demands[column] {
            Some((demand, coefficient)) => {
                let price = price / coefficient - program.demands[demand as usize].weight;
                fills[demand as usize].push((price, coefficient * columns.uppers[column]));
            }
            None => bound += price.min(0.0) * columns.uppers[column].min(money),
        }
    }
    for (demand, fills) in program.demands.iter().zip(&mut fills) {
        bound += demand.weight * demand.need;
        fills.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut left = demand.need;
        for &(price, most) in fills.iter().filter(|fill| fill.0 < 0.0) {
            let fill = most.min(left);
            bound += price * fill;
            left -= fill;
        }
    }
    for (account, price) in program.accounts.iter().zip(accounts) {
        bound -= price * account.inflow;
        if let Some(carry) = account.carry {
            let gain = price - accounts[carry.into as usize];
            bound += gain.min(0.0) * carry.limit.min(money);
        }
    }
    bound - program.limits.iter().zip(limits).map(|(limit, price)| limit * price).sum::<f64>()
}

fn worth(program: &Program) -> f64 {
    program.demands.iter().map(|demand| demand.weight * demand.need).sum()
}

const MEDIUM: Shape = Shape {
    months: 120,
    streams: 12,
    classes: 30,
    eligible: 0.35,
    capped: 0.4,
    per_award: false,
    recovery: false,
};
/// A small programme with a bit of everything.
fn small(random: &mut Random, wide: bool) -> Program {
    let months = 1 + random.below(5) as usize;
    let streams = 1 + random.below(4) as usize;
    let classes = 1 + random.below(4) as usize;
    let matched = random.chance(0.4);
    let zero = if random.chance(0.3) { 0.3 } else { 0.0 };
    let range: f64 =
        [1.0, 10.0, 1e3, 1e6, 1e9, 1e12][random.below(if wide { 6 } else { 3 }) as usize];
    let equal = random.chance(0.1);
    let held = random.chance(0.2);
    let mut program = Program { months, ..Program::default() };
    let amount = |random: &mut Random| {
        if random.chance(zero) {
            0.0
        } else if equal {
            range
        } else {
            range.powf(random.between(0.0, 1.0)).floor()
        }
    };
    let rows = streams + usize::from(matched);
    let limits = random.below(4) as usize + usize::from(held);
    for _ in 0..limits {
        let limit = if random.chance(0.5) { 0.0 } else { amount(random) };
        program.limits.push(limit);
    }
    for month in 0..months as u32 {
        let first_account = program.accounts.len() as u32;
        let first_demand = program.demands.len() as u32;
        if random.chance(0.1) {
            // A month without accounts.
            for _ in 0..classes {
                let need = amount(random);
                program.demands.push(Demand { need, weight: 1.0 });
            }
            for account in program.accounts.iter_mut().filter(|one| one.month + 1 == month) {
                account.carry = None;
            }
            continue;
        }
        for account in 0..rows as u32 {
            let goes_on = (month as usize) + 1 < months && random.chance(0.7);
            let into = if random.chance(0.8) { account } else { random.below(rows as u64) as u32 };
            let limit = if random.chance(0.7) { f64::INFINITY } else { amount(random) };
            let carry =
                goes_on.then_some(Carry { into: first_account + rows as u32 + into, limit });
            let inflow = if account as usize == streams { 0.0 } else { amount(random) };
            program.accounts.push(Account { month, inflow, carry });
        }
        for _ in 0..classes {
            let weight = if random.chance(0.1) { 0.0 } else { random.between(0.01, 1.0) };
            let need = amount(random);
            program.demands.push(Demand { need, weight });
        }
        for demand in 0..classes as u32 {
            for account in 0..rows as u32 {
                if random.chance(0.3) {
                    continue;
                }
                let mut accounts = vec![(first_account + account, 1.0)];
                if matched && (account as usize) < streams {
                    if random.chance(0.3) {
                        accounts.push((first_account + streams as u32, -0.5));
                    } else if random.chance(0.3) {
                        accounts.push((first_account + streams as u32, 0.25));
                    }
                }
                let mut entries = Vec::new();
                for limit in 0..limits as u32 {
                    if held && limit as usize + 1 == limits {
                        entries.push((limit, -1.0));
                    } else if random.chance(0.5) {
                        let down = random.chance(0.5);
                        entries.push((limit, if down { -0.1 } else { random.between(0.1, 1.0) }));
                    }
                }
                let upper = if random.chance(0.8) { f64::INFINITY } else { amount(random) };
                let coefficient = if random.chance(0.8) { 1.0 } else { random.between(0.3, 3.0) };
                let demand = Some((first_demand + demand, coefficient));
                program.columns.push(month, upper, demand, &accounts, &entries);
            }
        }
        if random.chance(0.2) {
            // A transfer, or a payment that no demand asks for but a limit may.
            let from = first_account + random.below(rows as u64) as u32;
            let into = first_account + random.below(rows as u64) as u32;
            let mut accounts = vec![(from, 1.0)];
            if into != from {
                accounts.push((into, -0.9));
            }
            let entries: Vec<(u32, f64)> =
                (0..limits.min(1) as u32).map(|limit| (limit, -0.5)).collect();
            program.columns.push(month, f64::INFINITY, None, &accounts, &entries);
        }
    }
    let last = program.accounts.len() as u32;
    for account in &mut program.accounts {
        if account.carry.is_some_and(|carry| carry.into >= last) {
            account.carry = None;
        }
    }
    program
}

/// The least weighted gap, by a simplex of others.
fn reference(program: &Program) -> f64 {
    use microlp::{ComparisonOp, OptimizationDirection, Problem};
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let mut accounts: Vec<Vec<(microlp::Variable, f64)>> = vec![Vec::new(); program.accounts.len()];
    let mut demands = vec![Vec::new(); program.demands.len()];
    let mut limits = vec![Vec::new(); program.limits.len()];
    let scale = program.demands.iter().fold(1.0_f64, |most, demand| most.max(demand.need));
    for column in 0..program.columns.len() {
        let value = problem.add_var(0.0, (0.0, program.columns.uppers[column] / scale));
        for &(account, coefficient) in program.columns.accounts(column) {
            accounts[account as usize].push((value, coefficient));
        }
        for &(limit, coefficient) in program.columns.limits(column) {
            limits[limit as usize].push((value, coefficient));
        }
        if let Some((demand, coefficient)) = program.columns.demands[column] {
            demands[demand as usize].push((value, coefficient));
        }
    }
    for (at, account) in program.accounts.iter().enumerate() {
        if let Some(carry) = account.carry {
            let value = problem.add_var(0.0, (0.0, carry.limit / scale));
            accounts[at].push((value, 1.0));
            accounts[carry.into as usize].push((value, -1.0));
        }
    }
    for (demand, mut entries) in program.demands.iter().zip(demands) {
        entries.push((problem.add_var(demand.weight, (0.0, f64::INFINITY)), 1.0));
        problem.add_constraint(entries, ComparisonOp::Eq, demand.need / scale);
    }
    for (account, entries) in program.accounts.iter().zip(accounts) {
        problem.add_constraint(entries, ComparisonOp::Le, account.inflow / scale);
    }
    for (limit, entries) in program.limits.iter().zip(limits) {
        problem.add_constraint(entries, ComparisonOp::Le, limit / scale);
    }
    match problem.solve().unwrap() {
        microlp::SolveOutcome::Solution(solution) => solution.objective() * scale,
        microlp::SolveOutcome::Interrupted(_) => f64::NAN,
    }
}

/// How far, as a share of the weighted needs, the columns are above the reference and the bound
/// below it; and the most that a row is broken, as a share of the needs.
fn errors(program: &Program, solution: &Solution, reference: Option<f64>) -> [f64; 3] {
    let most = program.demands.iter().fold(1e-300_f64, |most, one| most.max(one.need));
    let worth = worth(program).max(1e-9 * most);
    let size: f64 = program.demands.iter().map(|one| one.need).sum::<f64>().max(1e-300);
    let objective = objective(program, &solution.columns);
    let bound = bound(program, &solution.accounts, &solution.limits);
    let reference = reference.unwrap_or(objective);
    let broken = broken(program, &solution.columns);
    [(objective - reference) / worth, (reference - bound) / worth, broken / size]
}

/// Proves the solution; returns whether it claims to have converged.
fn prove(seed: u64, program: &Program, reference: Option<f64>) -> bool {
    let solution = solve(program);
    let errors = errors(program, &solution, reference);
    let numbers = solution.columns.iter().chain(&solution.accounts).chain(&solution.limits);
    let sound = numbers.clone().all(|number| number.is_finite() && *number >= 0.0);
    assert!(sound && errors.iter().all(|error| error.abs() <= 1e-8), "{seed}: {errors:?}");
    solution.converged
}

#[test]
fn agrees_with_a_simplex_on_random_programmes() {
    let programmes = (0..800).map(|seed| (seed, small(&mut Random(seed), false)));
    let open = programmes.filter(|(seed, one)| !prove(*seed, one, Some(reference(one)))).count();
    assert!(open <= 2, "{open} did not converge");
}

#[test]
fn proves_itself_on_random_programmes_of_any_range() {
    let programmes = (0..3000).map(|seed| (seed, small(&mut Random(seed), true)));
    let open = programmes.filter(|(seed, one)| !prove(*seed, one, None)).count();
    assert!(open <= 2, "{open} did not converge");
}

#[test]
fn proves_itself_on_awards_caps_and_recovery() {
    for seed in 0..30 {
        let shape = Shape {
            months: 30,
            streams: 6,
            classes: 8,
            per_award: seed % 2 == 0,
            recovery: seed % 3 == 0,
            ..MEDIUM
        };
        assert!(prove(seed, &instance(&mut Random(seed), &shape), None), "{seed}");
    }
}

/// A limit that holds what the demands of a stage have got, less a share.
fn hold(program: &mut Program, held: &[bool], columns: &[f64], less: f64) {
    let limit = program.limits.len() as u32;
    let old = std::mem::take(&mut program.columns);
    let mut reached = 0.0;
    for column in 0..old.len() {
        let mut limits = old.limits(column).to_vec();
        if let Some((demand, coefficient)) = old.demands[column]
            && held[demand as usize]
        {
            limits.push((limit, -coefficient));
            reached += coefficient * columns[column];
        }
        let (upper, demand) = (old.uppers[column], old.demands[column]);
        program.columns.push(old.months[column], upper, demand, old.accounts(column), &limits);
    }
    program.limits.push(-reached * (1.0 - less));
}

/// Three stages, each of which holds what those before have reached.
fn stages(seed: u64, shape: &Shape, less: f64, mut each: impl FnMut(usize, &Program)) {
    let mut program = instance(&mut Random(seed), shape);
    let class = |weight: f64| usize::from(weight < 20.0) + usize::from(weight < 2.0);
    let classes: Vec<usize> = program.demands.iter().map(|demand| class(demand.weight)).collect();
    for stage in 0..3 {
        let held: Vec<bool> = classes.iter().map(|&class| class == stage).collect();
        for (demand, &held) in program.demands.iter_mut().zip(&held) {
            demand.weight = f64::from(u8::from(held));
        }
        each(stage, &program);
        let solution = solve(&program);
        hold(&mut program, &held, &solution.columns, less);
    }
}

#[test]
fn holds_what_earlier_stages_reached() {
    let shape = Shape { months: 36, streams: 6, classes: 10, ..MEDIUM };
    for seed in 0..6 {
        for less in [0.0, 1e-12, 1e-9, 1e-7] {
            stages(seed, &shape, less, |stage, program| {
                assert!(prove(seed, program, None), "{seed} {less:e} stage {stage}");
            });
        }
    }
}

fn account(month: u32, inflow: f64, into: Option<u32>) -> Account {
    let carry = into.map(|into| Carry { into, limit: f64::INFINITY });
    Account { month, inflow, carry }
}

#[test]
fn money_waits_for_the_dearer_need() {
    // 100 in the first month; 80 wanted then at 1, 60 in the second month at 3.
    let mut program = Program { months: 2, ..Program::default() };
    program.accounts = vec![account(0, 100.0, Some(1)), account(1, 0.0, None)];
    program.demands = vec![Demand { need: 80.0, weight: 1.0 }, Demand { need: 60.0, weight: 3.0 }];
    for month in 0..2 {
        let demand = Some((month, 1.0));
        program.columns.push(month, f64::INFINITY, demand, &[(month, 1.0)], &[]);
    }
    let solution = solve(&program);
    assert!(solution.converged);
    for (found, wanted) in [
        (solution.columns[0], 40.0),
        (solution.columns[1], 60.0),
        (solution.accounts[0], 1.0),
        (solution.accounts[1], 1.0),
    ] {
        assert!((found - wanted).abs() < 1e-7, "{solution:?}");
    }
}

#[test]
fn a_cap_on_a_share_has_a_price() {
    // 100 to spend, 1,000 wanted by each; administration at most a tenth of what is spent, but
    // twice as dear: 10 and 90. One more unit of room would move one unit from 1 to 2.
    let mut program = Program { months: 1, limits: vec![0.0], ..Program::default() };
    program.accounts = vec![account(0, 100.0, None)];
    for weight in [2.0, 1.0] {
        program.demands.push(Demand { need: 1000.0, weight });
    }
    program.columns.push(0, f64::INFINITY, Some((0, 1.0)), &[(0, 1.0)], &[(0, 0.9)]);
    program.columns.push(0, f64::INFINITY, Some((1, 1.0)), &[(0, 1.0)], &[(0, -0.1)]);
    let solution = solve(&program);
    assert!(solution.converged);
    let found =
        [solution.columns[0], solution.columns[1], solution.accounts[0], solution.limits[0]];
    for (found, wanted) in found.iter().zip([10.0, 90.0, 1.1, 1.0]) {
        assert!((found - wanted).abs() < 1e-7, "{solution:?}");
    }
}

#[test]
fn a_payment_brings_its_match() {
    // Each unit paid from the first account brings half a unit to the second: 100 pay for 150.
    let mut program = Program { months: 1, ..Program::default() };
    program.accounts = vec![account(0, 100.0, None), account(0, 0.0, None)];
    program.demands = vec![Demand { need: 200.0, weight: 1.0 }];
    let demand = Some((0, 1.0));
    program.columns.push(0, f64::INFINITY, demand, &[(0, 1.0), (1, -0.5)], &[]);
    program.columns.push(0, f64::INFINITY, demand, &[(1, 1.0)], &[]);
    let solution = solve(&program);
    assert!(solution.converged);
    let found = [solution.columns[0], solution.columns[1], solution.accounts[0]];
    for (found, wanted) in found.iter().zip([100.0, 50.0, 1.5]) {
        assert!((found - wanted).abs() < 1e-7, "{solution:?}");
    }
}

#[test]
fn hostile_programmes_end_in_finite_numbers() {
    let shape = Shape { months: 12, streams: 4, classes: 6, ..MEDIUM };
    let with = |change: &dyn Fn(&mut Program)| {
        let mut program = instance(&mut Random(1), &shape);
        change(&mut program);
        program
    };
    let programmes = [
        Program::default(),
        Program { months: 3, limits: vec![0.0, -1.0], ..Program::default() },
        with(&|program| program.columns = Columns::default()),
        with(&|program| program.demands.iter_mut().for_each(|one| one.need = 0.0)),
        with(&|program| program.demands.iter_mut().for_each(|one| one.weight = 0.0)),
        with(&|program| program.accounts.iter_mut().for_each(|one| one.inflow = 0.0)),
        with(&|program| program.accounts.iter_mut().for_each(|one| one.inflow = 7.0)),
        with(&|program| program.accounts.iter_mut().for_each(|one| one.carry = None)),
        with(&|program| program.accounts[5].inflow = 1e30),
        with(&|program| program.accounts[5].inflow = f64::INFINITY),
        with(&|program| program.demands[9].need = 1e30),
        with(&|program| program.demands[9].need = 1e-30),
        with(&|program| program.columns.uppers.fill(0.0)),
        with(&|program| program.columns.uppers.fill(1e-9)),
        with(&|program| program.limits.fill(f64::INFINITY)),
        // Out of reach.
        with(&|program| program.limits.fill(-1e15)),
    ];
    for (at, program) in programmes.iter().enumerate() {
        let solution = solve(program);
        let numbers = solution.columns.iter().chain(&solution.accounts).chain(&solution.limits);
        for number in numbers {
            assert!(number.is_finite() && *number >= 0.0, "{at}");
        }
        assert_eq!(solution.columns.len(), program.columns.len());
    }
}
