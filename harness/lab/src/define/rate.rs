//! A rate of requests: so many per second, or a share of what a server can answer.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A rate of requests.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub enum Rate {
    /// Percent of the server's closed-loop maximum, which is found once for all launches.
    Percent(f64),
    /// Requests per second.
    PerSecond(f64),
}

/// Most requests per second, which is the most that the load generator takes, and percent.
const MOST: (f64, f64) = (1e7, 1000.0);

impl Rate {
    /// Whether it is a share of a maximum.
    pub fn is_share(self) -> bool {
        matches!(self, Self::Percent(_))
    }

    /// The rate in requests per second for a server with this maximum.
    pub fn of(self, most: Option<f64>) -> Option<f64> {
        match self {
            Self::Percent(percent) => most.map(|most| most * percent / 100.0),
            Self::PerSecond(rate) => Some(rate),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::PerSecond(rate) => write!(f, "{rate}/s"),
        }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |end: &str, most: f64| {
            let number = text.strip_suffix(end)?.parse::<f64>().ok();
            number.filter(|number| *number > 0.0 && *number <= most)
        };
        let (most, most_percent) = MOST;
        let percent = number("%", most_percent).map(Self::Percent);
        percent
            .or_else(|| number("/s", most).map(Self::PerSecond))
            .ok_or_else(|| {
                format!(
                    "`{text}` is no rate: write `50%` or `1000/s`, up to {most_percent}% or {most}/s"
                )
            })
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shares_or_absolute() {
        assert_eq!("50%".parse(), Ok(Rate::Percent(50.0)));
        assert_eq!("1000/s".parse(), Ok(Rate::PerSecond(1000.0)));
        assert_eq!(Rate::Percent(50.0).of(Some(8_000.0)), Some(4_000.0));
        assert_eq!(Rate::Percent(50.0).of(None), None);
        assert_eq!(Rate::PerSecond(10.0).of(None), Some(10.0));
        for shown in ["50%", "1000/s", "12.5%"] {
            assert_eq!(
                shown.parse::<Rate>().map(|r| r.to_string()),
                Ok(shown.to_owned())
            );
        }
    }

    #[test]
    fn what_is_no_rate_says_how_to_write_one() {
        for text in [
            "", "50", "0%", "-1/s", "x%", "inf/s", "NaN%", "1e308%", "1e308/s",
        ] {
            let error = text.parse::<Rate>().expect_err(text);
            assert!(error.contains("write `50%`"), "{error}");
        }
    }
}
