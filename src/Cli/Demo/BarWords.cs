namespace Tapline.Cli.Demo;

/// <summary>The words that the bar business's rows are made of.</summary>
static class BarWords
{
    public static readonly string[] Segments =
        ["independent", "independent", "independent", "group", "chain", "enterprise"];
    public static readonly string[] Industries = ["bar", "pub", "restaurant", "hotel", "stadium", "brewery"];
    public static readonly string[] Venues = ["bar", "pub", "restaurant", "hotel", "stadium", "taproom"];
    public static readonly string[] Roles = ["owner", "manager", "bartender", "bartender", "analyst", "admin"];
    public static readonly string[] Models = ["TapOne", "TapPro", "FlowMax"];
    public static readonly string[] Firmware = ["2.3.9", "2.4.0", "2.4.1", "2.5.0-rc1"];
    public static readonly string[] Clients = ["web", "ios", "android", "tablet"];
    public static readonly string[] Channels =
        ["paid_search", "paid_social", "email", "events", "partner", "content", "referral"];
    public static readonly string[] Platforms = ["google", "meta", "linkedin"];
    public static readonly string[] TouchKinds = ["impression", "click", "visit", "email_open", "event_attend", "demo"];
    public static readonly string[] Priorities = ["low", "normal", "high", "critical"];
    public static readonly string[] Categories =
        ["inventory", "pos", "reporting", "staff", "device", "marketing", "admin"];
    public static readonly string[] Actions = ["view", "use", "complete", "error"];
    public static readonly string[] PageEvents = ["page_view", "click", "form_submit", "error"];
    public static readonly string[] Paths =
        ["/", "/taps", "/inventory", "/reports/daily", "/staff", "/billing", "/settings/users"];
    public static readonly string[] Reasons =
        ["too expensive", "closing down", "missing feature", "went to a competitor"];
    public static readonly string[] Failures = ["card_declined", "expired_card", "insufficient_funds"];
    public static readonly string[] Subjects =
        ["Tap reads zero", "Café menu won't print", "Rückfrage zur Rechnung", "Login loops 🔁", "Wrong keg size",
            "How do I add a venue?"];
    public static readonly string[] FirstNames =
        ["Ana", "Björn", "Chloé", "Dmitri", "Emeka", "Fatima", "Grace", "Hiro", "Inés", "Jo"];
    public static readonly string[] LastNames =
        ["Okafor", "Müller", "O'Neil", "García", "Tanaka", "Smith", "Novák", "Rossi", "Singh", "Lee"];
    public static readonly string[] Nouns =
        ["Anchor", "Lantern", "Fox", "Barrel", "Harbour", "Crown", "Copper Still", "Goose", "Mill", "Owl"];
    public static readonly string[] Adjectives =
        ["Golden", "Thirsty", "Old", "Crooked", "Blue", "Lucky", "Hidden", "Iron", "Merry", "Red"];

    /// <summary>Countries with a region, a city and a time zone each; the first are the most frequent.</summary>
    public static readonly (string Country, string Region, string City, string Zone)[] Places =
    [
        ("US", "IL", "Chicago", "America/Chicago"), ("US", "NY", "New York", "America/New_York"),
        ("US", "CA", "San Diego", "America/Los_Angeles"), ("US", "TX", "Austin", "America/Chicago"),
        ("GB", "ENG", "Leeds", "Europe/London"), ("DE", "BY", "München", "Europe/Berlin"),
        ("AU", "VIC", "Melbourne", "Australia/Melbourne"), ("CA", "QC", "Montréal", "America/Toronto"),
        ("IE", "L", "Dublin", "Europe/Dublin"), ("IN", "KA", "Bengaluru", "Asia/Kolkata"),
    ];

    /// <summary>The plans: identifier, rank, billing interval, price a location, metered.</summary>
    public static readonly (string Id, int Rank, string Interval, decimal Amount, bool Metered)[] Plans =
    [
        ("starter_month", 1, "month", 79m, false), ("starter_quarter", 1, "quarter", 225.15m, false),
        ("starter_year", 1, "year", 805.80m, false), ("growth_month", 2, "month", 149m, false),
        ("growth_quarter", 2, "quarter", 424.65m, false), ("growth_year", 2, "year", 1519.80m, false),
        ("enterprise_month", 3, "month", 249m, false), ("enterprise_quarter", 3, "quarter", 709.65m, false),
        ("enterprise_year", 3, "year", 2539.80m, false), ("pours_metered", 2, "month", 0.02m, true),
    ];
}
