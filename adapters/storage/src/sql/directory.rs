//! Regions, localities, organisations.

macro_rules! organizations {
    ($where:literal) => {
        concat!(
            "SELECT ",
            organization_columns!(),
            " FROM organization o JOIN region r ON r.code = o.region \
             WHERE o.region = $1 AND o.kind = $2",
            $where
        )
    };
}

macro_rules! count {
    ($where:literal) => {
        concat!(
            "SELECT count(*) AS total FROM organization o WHERE o.region = $1 AND o.kind = $2",
            $where
        )
    };
}

statements! {
    /// Every region.
    REGIONS = "SELECT r.code AS r_code, r.name AS r_name, r.offset_minutes AS r_offset_minutes \
               FROM region r ORDER BY r.name, r.code";
    /// $1 region.
    REGION = "SELECT r.code AS r_code, r.name AS r_name, r.offset_minutes AS r_offset_minutes \
              FROM region r WHERE r.code = $1";
    /// $1 region, $2 kind, $3 pattern, $4 how many at most. A locality whose last organisation
    /// moved away is left out.
    LOCALITIES =
        "SELECT y.name FROM locality y \
         WHERE y.region = $1 AND y.kind = $2 AND y.folded LIKE $3 AND EXISTS (\
            SELECT 1 FROM organization o \
            WHERE o.region = y.region AND o.kind = y.kind AND o.locality = y.name) \
         ORDER BY y.folded, y.name LIMIT $4";
    /// $1 organisation.
    ORGANIZATION = concat!(
        "SELECT ", organization_columns!(),
        " FROM organization o JOIN region r ON r.code = o.region WHERE o.id = $1"
    );

    /// $1 region, $2 kind, $3 pattern of words, $4 how many at most.
    OF_REGION = organizations!(" AND o.words LIKE $3 ORDER BY o.sort_key, o.id LIMIT $4");
    /// $1 region, $2 kind, $3 pattern of words.
    COUNT_OF_REGION = count!(" AND o.words LIKE $3");
    /// $1 region, $2 kind, $3 pattern of words, $4 locality, $5 how many at most.
    OF_LOCALITY = organizations!(
        " AND o.words LIKE $3 AND o.locality = $4 ORDER BY o.sort_key, o.id LIMIT $5"
    );
    /// $1 region, $2 kind, $3 pattern of words, $4 locality.
    COUNT_OF_LOCALITY = count!(" AND o.words LIKE $3 AND o.locality = $4");
}
