namespace Tapline.Cli.Generate.Rows;

/// <summary>The tables of the bar business, in an order in which foreign keys hold.</summary>
enum BarTable
{
    Accounts,
    Locations,
    Users,
    Devices,
    MaintenanceTickets,
    Features,
    FeatureUsageEvents,
    UserSessions,
    PageEvents,
    Experiments,
    ExperimentAssignments,
    SupportTickets,
    NpsResponses,
    Plans,
    Subscriptions,
    Invoices,
    Payments,
    Campaigns,
    AdSpend,
    Leads,
    Touches,
    Conversions,
}
