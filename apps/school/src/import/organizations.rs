//! The register of organisations.

use async_trait::async_trait;
use linking_core::{
    audit::AuditRecord,
    ports::{ImportCounts, NewOrganization, Register, StoreError},
    region::{OrganizationType, Region, ZoneOffset},
};

use super::{
    Row,
    column::{Column, Fault, Fields, required},
    table::{Read1, Table},
};

/// Reads rows of organisations.
#[derive(Debug, Default)]
pub(super) struct OrganizationTable;

impl Table for OrganizationTable {
    type Item = NewOrganization;

    const COLUMNS: &'static [Column] = &[
        required("region"),
        required("region_name"),
        required("utc_offset"),
        required("id"),
        required("locality"),
        required("name"),
        required("kind"),
    ];

    fn row(&mut self, fields: &Fields<'_>) -> Vec<Read1<NewOrganization>> {
        let code = fields.read("region", str::parse);
        let name = fields.read("region_name", str::parse);
        let offset = fields.read("utc_offset", read_offset);
        let external_id = fields.read("id", str::parse);
        let locality = fields.read("locality", str::parse);
        let organization = fields.read("name", str::parse);
        let kind = fields.read("kind", |text| match text {
            "school" => Ok(OrganizationType::School),
            "authority" => Ok(OrganizationType::Authority),
            _ => Err("must be school or authority"),
        });
        let read = match (
            code,
            name,
            offset,
            external_id,
            locality,
            organization,
            kind,
        ) {
            (
                Ok(code),
                Ok(region_name),
                Ok(offset),
                Ok(external_id),
                Ok(locality),
                Ok(name),
                Ok(kind),
            ) => {
                let region = Region {
                    code,
                    name: region_name,
                    offset,
                };
                Ok(NewOrganization {
                    region,
                    external_id,
                    locality,
                    name,
                    kind,
                })
            }
            (code, name, offset, external_id, locality, organization, kind) => {
                let faults: [Option<Fault>; 7] = [
                    code.err(),
                    name.err(),
                    offset.err(),
                    external_id.err(),
                    locality.err(),
                    organization.err(),
                    kind.err(),
                ];
                Err(faults.into_iter().flatten().collect())
            }
        };
        vec![match read {
            Ok(organization) => Read1::good(fields.line, organization, None),
            Err(faults) => Read1::bad(fields.line, faults),
        }]
    }
}

#[async_trait]
impl Row for NewOrganization {
    fn reference_column() -> &'static str {
        "region"
    }

    async fn put(
        register: &dyn Register,
        rows: Vec<Self>,
        audit: AuditRecord,
    ) -> Result<ImportCounts, StoreError> {
        register.put_organizations(rows, audit).await
    }
}

/// Reads `+11:00`, `+3`, `-1:30`.
fn read_offset(text: &str) -> Result<ZoneOffset, &'static str> {
    let form = "must be the offset from UTC, as +11:00";
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix(['-', '\u{2212}'])) {
        (Some(rest), _) => (1, rest),
        (None, Some(rest)) => (-1, rest),
        (None, None) => return Err(form),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let digits = |text: &str| {
        let plain = !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i16>().ok().filter(|_| plain)
    };
    let (Some(hours), Some(minutes)) = (digits(hours), digits(minutes)) else {
        return Err(form);
    };
    if minutes > 59 {
        return Err(form);
    }
    ZoneOffset::from_minutes(sign * (hours * 60 + minutes)).ok_or(form)
}

#[cfg(test)]
mod tests {
    use super::read_offset;

    #[test]
    fn an_offset_is_signed_hours_and_minutes() {
        let minutes = |text| read_offset(text).map(linking_core::region::ZoneOffset::minutes);
        assert_eq!(minutes("+11:00"), Ok(660));
        assert_eq!(minutes("+3"), Ok(180));
        assert_eq!(minutes("-1:30"), Ok(-90));
        for bad in [
            "", "11:00", "+", "+25:00", "+3:60", "+3:", "+ 3", "+003", "МСК",
        ] {
            assert!(minutes(bad).is_err(), "{bad}");
        }
    }
}
