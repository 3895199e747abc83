//! Random contracts of payers and public money, as the text that a person would write.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::plans::MONTHS;

/// A contract: its method and the terms around it.
#[derive(Clone, Debug)]
pub struct Contract {
    method: u8,
    months: u8,
    from: i8,
    length: u8,
    price: u32,
    members: u32,
    fiscal: u8,
    growth: Option<i8>,
    true_up: Option<(u8, u8)>,
    withhold: Option<(u8, u8, u8, u8)>,
    bonus: Option<(u8, u8, u8, u8)>,
    pass: Option<(u8, bool)>,
    curve: Option<(u8, u8, u8)>,
    claims: Option<(u8, u8, u8, u8, u8)>,
    pool: Option<u8>,
    fee: Option<u8>,
    lag: u8,
    minutes: (u8, u8, u8),
    delay: Option<u8>,
    ended: Option<u8>,
}

prop_compose! {
    fn around()(
        growth in prop::option::of(-5..12_i8),
        true_up in prop::option::weighted(0.4, (0..110_u8, 1..8_u8)),
        withhold in prop::option::weighted(0.4, (0..40_u8, 0..101_u8, 1..13_u8, 0..9_u8)),
        bonus in prop::option::weighted(0.4, (1..20_u8, 0..101_u8, 1..13_u8, 0..9_u8)),
        pass in prop::option::weighted(0.5, (0..100_u8, any::<bool>())),
        curve in prop::option::weighted(0.5, (1..99_u8, 0..5_u8, 0..5_u8)),
        claims in prop::option::weighted(0.5, (1..101_u8, 0..10_u8, 0..50_u8, 0..101_u8, 0..101_u8)),
        pool in prop::option::weighted(0.4, 1..100_u8),
        fee in prop::option::weighted(0.3, 1..20_u8),
        delay in prop::option::weighted(0.1, 1..6_u8),
        ended in prop::option::weighted(0.1, 0..12_u8),
    ) -> Contract {
        Contract {
            method: 0, months: 1, from: 0, length: 1, price: 0, members: 0, fiscal: 0, growth,
            true_up, withhold, bonus, pass, curve, claims, pool, fee, lag: 0, minutes: (0, 0, 0),
            delay, ended,
        }
    }
}

prop_compose! {
    /// Contracts of every method, in plans of up to 40 months, some of which ran before the plan.
    pub fn contracts()(
        method in prop_oneof![Just(0_u8), 0..12_u8], months in 1..40_u8, from in -30..12_i8, length in 1..50_u8,
        price in prop_oneof![0..300_u32, 0..4_000_000_u32],
        members in prop_oneof![0..4_u32, 0..5_000_u32],
        fiscal in 0..12_u8, around in around(), lag in 0..6_u8,
        minutes in (0..200_u8, 0..200_u8, 0..101_u8),
    ) -> Contract {
        Contract { method, months, from, length, price, members, fiscal, lag, minutes, ..around }
    }
}

/// The month so many after January 2024, in which every plan starts.
fn month(offset: i64) -> String {
    format!("{}-{:02}", 2024 + offset.div_euclid(12), offset.rem_euclid(12) + 1)
}

fn money(cents: u32) -> String {
    format!("\"{}.{:02}\"", cents / 100, cents % 100)
}

impl Contract {
    /// The same in the months and years of another one's plan.
    pub fn in_step_with(&self, other: &Contract) -> Contract {
        Contract { months: other.months, fiscal: other.fiscal, ..self.clone() }
    }

    fn is_payer(&self) -> bool {
        self.method <= 7
    }

    /// Whether it is paid by service, so that it may be withheld and passed on.
    fn serves(&self) -> bool {
        self.method <= 5
    }

    fn span(&self) -> (i64, i64) {
        let from = i64::from(self.from);
        // What is reinvested of profit must be paid within the term.
        if self.method == 7 {
            return (-24, 60);
        }
        (from, from + i64::from(self.length) - 1)
    }

    /// Prices of every calendar year that the contract can serve in.
    fn by_year(&self, of: impl Fn(u32) -> String) -> String {
        let years = (2021..2030_u32).map(|year| format!("CY{year} = {}", of(year)));
        format!("{{ {} }}", years.collect::<Vec<String>>().join(", "))
    }

    fn price(&self, more: u32) -> String {
        let price = u64::from(self.price) + u64::from(more);
        format!("\"{}.{:04}\"", price / 10_000, price % 10_000)
    }

    fn terms(&self) -> String {
        let price = self.price(0);
        let claims = self.claims.map_or(String::new(), |(part, taken, denied, won, patients)| {
            format!(
                "payer-share = \"{part}%\"\nsequestration = \"{taken}%\"\ndenial = \"{denied}%\"\n\
                 overturned = \"{won}%\"\ncoinsurance-collected = \"{patients}%\"\n"
            )
        });
        match self.method {
            0 => format!("method = \"pmpm\"\nmembers = \"members\"\nrate = {price}\n"),
            1 => format!("method = \"case-rate\"\ncases = \"members\"\nrate = {price}\n"),
            2 => format!(
                "method = \"fee-for-service\"\nunits = \"members\"\nrates = {}\n{claims}",
                self.by_year(|year| self.price(year * 37 % 1_000))
            ),
            3 => format!(
                "method = \"community-health-integration\"\npatients = \"members\"\n\
                 minutes = [{{ minutes = {}, share = \"{}%\" }}, {{ minutes = {}, share = \"{}%\" }}]\n\
                 initiating-visit = true\nrates = {}\n{claims}",
                self.minutes.0,
                self.minutes.2,
                self.minutes.1,
                100 - self.minutes.2,
                self.by_year(|year| {
                    format!("{{ first = {price}, further = {} }}", self.price(year * 13 % 100))
                })
            ),
            4 => format!(
                "method = \"outcome\"\nopened = \"members\"\ncompletion = \"{}%\"\n\
                 completion-lag-months = {}\nrate = {price}\n",
                self.minutes.2, self.lag
            ),
            5 => format!(
                "method = \"outcome\"\npathways = [\n{{ name = \"one\", opened = \"members\", \
                 completion = \"{}%\", completion-lag-months = {}, rate = {price} }},\n\
                 {{ name = \"two\", opened = \"others\", rate = {} }},\n]\n",
                self.minutes.2,
                self.lag,
                self.price(2_500)
            ),
            6 => format!("method = \"cost-reimbursement\"\nyearly = {}\n", money(self.price)),
            7 => format!(
                "method = \"community-reinvestment\"\nnet-income = {{ CY2022 = {}, CY2023 = -5 }}\n\
                 revenue = {{ CY2022 = {}, CY2023 = 1_000_000 }}\nshare = \"{}%\"\n\
                 paid-after-months = {}\nlower-share = \"5%\"\n",
                money(self.price),
                money(self.members * 10_000),
                self.minutes.2,
                13 + self.lag,
            ),
            8 => format!(
                "method = \"levy\"\nbase = {}\nrate = \"1.25%\"\ncollection = \"97%\"\n",
                money(self.price)
            ),
            9 => format!(
                "method = \"settlement\"\npayments = [{{ month = \"{}\", amount = {} }}, \
                 {{ month = \"{}\", amount = {} }}]\n",
                month(self.span().0),
                money(self.price),
                month((self.span().0 + 7).min(self.span().1)),
                money(self.price / 3 + 1)
            ),
            10 => format!(
                "method = \"administrative-claiming\"\ncost-pool = {}\nactivity = \"{}%\"\n\
                 eligible = \"61.7%\"\nfederal-share = \"50%\"\ncertified-by = \"A county\"\n\
                 cash-lag-months = {}\n",
                money(self.price),
                self.minutes.2,
                self.lag
            ),
            _ => format!("method = \"appropriation\"\nyearly = {}\n", money(self.price)),
        }
    }

    /// What goes with the method.
    fn corrections(&self) -> String {
        let mut text = String::new();
        if let Some(growth) = self.growth.filter(|_| matches!(self.method, 0 | 1 | 4 | 5 | 6 | 8)) {
            writeln!(text, "growth = \"{growth}%\"").unwrap();
        }
        if !self.serves() {
            return text;
        }
        if let Some((retained, after)) = self.true_up.filter(|_| self.method == 0) {
            writeln!(text, "true-up = {{ retained = \"{retained}%\", after-months = {after} }}")
                .unwrap();
        }
        for (key, scored) in [("withhold", self.withhold), ("bonus", self.bonus)] {
            let Some((share, score, measured, after)) = scored else { continue };
            let measured = MONTHS[usize::from(measured) - 1];
            writeln!(
                text,
                "{key} = {{ share = \"{share}%\", score = \"{score}%\", \
                 measured = \"{measured}\", paid-after-months = {after} }}"
            )
            .unwrap();
        }
        if let Some((share, at_once)) = self.pass {
            writeln!(text, "pass-through = \"{share}%\"").unwrap();
            if at_once {
                text += "partners-paid = \"when-earned\"\n";
            }
        }
        text += &match self.curve {
            Some((share, early, late)) => format!(
                "collection = [{{ lag-months = {early}, share = \"{share}%\" }}, \
                 {{ lag-months = {}, share = \"{}%\" }}]\n",
                early + late + 1,
                100 - share
            ),
            None => format!("collection-lag-months = {}\n", self.lag),
        };
        text
    }

    /// The plan's text.
    pub fn text(&self) -> String {
        let mut text = format!(
            "[plan]\ntitle = \"Random\"\nstart = \"2024-01\"\nmonths = {}\n\
             [driver.members]\nstart = {}\ngrowth = \"7%\"\n[driver.others]\nstart = 12\n\
             [cost.work]\nlayer = \"program\"\nfunction = \"work\"\nmonthly = 9_000\n\
             [cost.other]\nlayer = \"program\"\nfunction = \"other\"\nmonthly = 700\n",
            self.months, self.members
        );
        let (from, until) = self.span();
        let kind = if self.is_payer() { "payer" } else { "public" };
        if let Some(share) = self.fee {
            writeln!(
                text,
                "[cost.sponsor]\nfunction = \"operate\"\n\
                 fee = {{ share = \"{share}%\", of = \"receipts\", streams = [\"contract\"] }}"
            )
            .unwrap();
        }
        writeln!(
            text,
            "[stream.contract]\nkind = \"{kind}\"\nstatus = \"secured\"\nfunder = \"A funder\"\n\
             from = \"{}\"\nuntil = \"{}\"\npays-for = [\"work\", \"other\"]\n\
             fiscal-year-starts = \"{}\"",
            month(from),
            month(until),
            MONTHS[usize::from(self.fiscal)]
        )
        .unwrap();
        if matches!(self.method, 6 | 8 | 9 | 11) {
            text += match self.lag % 3 {
                0 => "payment = { method = \"reimbursement\", lag-months = 2, cycle-months = 3 }\n",
                1 => "payment = { method = \"advance\", lag-months = 1 }\n",
                _ => "",
            };
        }
        if let Some(delay) = self.delay {
            writeln!(text, "start-delay-months = {delay}").unwrap();
        }
        if let Some(ended) = self.ended {
            writeln!(text, "termination = {{ on = \"{}\" }}", month(from + i64::from(ended)))
                .unwrap();
        }
        text += &format!("[stream.contract.terms]\n{}{}", self.terms(), self.corrections());
        // Federal money is blended by a law alone.
        if let Some(share) = self.pool.filter(|_| self.method != 10) {
            writeln!(
                text,
                "[pool.fund]\nmembers = {{ contract = \"{share}%\" }}\npays-for = [\"other\"]\n\
                 governed-by = \"Charter\""
            )
            .unwrap();
        }
        text
    }
}
