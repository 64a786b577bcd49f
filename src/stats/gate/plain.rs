//! Gate in words that other tools have too.

use super::condition::{GateKind, JudgedPart, Operator};
use super::definition::Gate;
use super::metric::{Family, Figure, Metric, Statistic};

/// Gate that another tool can judge by its own numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PlainGate<'a> {
    /// The condition as it was written.
    pub(crate) expr: &'a str,
    /// Name of the requests that it is about; `None` for all.
    pub(crate) name: Option<&'a str>,
    pub(crate) value: PlainValue,
    /// `>`, `>=` and so on.
    pub(crate) operator: &'static str,
    /// Times in ms, ratios 0 to 1.
    pub(crate) limit: f64,
    /// The gate is crossed when the condition holds; else when it does not.
    pub(crate) is_crossed_if_true: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum PlainValue {
    /// Response time in ms that so many percent did not exceed.
    Percentile(f64),
    Mean,
    Min,
    Max,
    FailRatio,
    Fails,
    Requests,
    Rps,
}

impl Gate {
    /// The gate in plain words; `None` for one that only perfloop has the numbers for.
    pub(crate) fn plain(&self) -> Option<PlainGate<'_>> {
        let value = match self.metric {
            Metric::Time(Family::ResponseTime, statistic) => match statistic {
                Statistic::Mean => PlainValue::Mean,
                Statistic::Min => PlainValue::Min,
                Statistic::Max => PlainValue::Max,
                Statistic::Percentile(percent) => PlainValue::Percentile(percent),
            },
            Metric::Figure(Figure::FailRatio) => PlainValue::FailRatio,
            Metric::Figure(Figure::Fails) => PlainValue::Fails,
            Metric::Figure(Figure::Requests) => PlainValue::Requests,
            Metric::Figure(Figure::Rps) => PlainValue::Rps,
            _ => return None,
        };
        let is_of_all_time = self.part == JudgedPart::Whole && self.after.is_zero() && !self.aborts;
        let operator = match self.operator {
            Operator::Above => ">",
            Operator::AtLeast => ">=",
            Operator::Below => "<",
            Operator::AtMost => "<=",
            Operator::Equal => "==",
            Operator::Unequal => "!=",
        };
        is_of_all_time.then_some(PlainGate {
            expr: &self.expr,
            name: self.name.as_deref(),
            value,
            operator,
            limit: self.limit,
            is_crossed_if_true: self.kind == GateKind::FailIf,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_on_response_times_failures_and_rates_are_plain_and_others_are_not() {
        let gate = Gate::parse_fail_if("GET /cart: p95 > 450ms").expect("a gate");
        let plain = gate.plain().expect("plain");
        assert_eq!((plain.name, plain.value), (Some("GET /cart"), PlainValue::Percentile(95.0)));
        assert_eq!((plain.operator, plain.limit, plain.is_crossed_if_true), (">", 450.0, true));
        let gate = Gate::parse_threshold("rate<0.01").expect("a gate");
        let plain = gate.plain().expect("plain");
        assert_eq!((plain.value, plain.operator, plain.is_crossed_if_true), (PlainValue::FailRatio, "<", false));
        for expr in
            ["tester_share > 10%", "tpr.p95 > 1s", "at_full_load: p95 > 1s", "p95 > 1s after 10s", "p95 > 1s abort"]
        {
            assert_eq!(Gate::parse_fail_if(expr).expect(expr).plain(), None, "{expr}");
        }
    }
}
