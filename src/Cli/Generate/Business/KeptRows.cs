using System.Diagnostics;
using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Generate.Business;

/// <summary>Rows that are to be deleted one day, each as it is. Only for the few that are: all others are forgotten as
/// soon as nothing changes them any more.</summary>
sealed class KeptRows
{
    readonly Dictionary<(BarTable, object), BarRow> _rows = [];

    /// <summary>Follows a change.</summary>
    public void Follow(RowChange change)
    {
        var key = (change.Row.Table, KeyOf(change.Row));
        if (change.After is null)
            _rows.Remove(key);
        else
            _rows[key] = change.After;
    }

    /// <summary>The rows, those first that others refer to last: the last tables first.</summary>
    public IEnumerable<BarRow> ToDelete() => _rows.Values.OrderByDescending(static row => row.Table);

    static object KeyOf(BarRow row) => row switch
    {
        AccountRow one => one.Id,
        LocationRow one => one.Id,
        UserRow one => one.Id,
        DeviceRow one => one.Id,
        MaintenanceTicketRow one => one.Id,
        SessionRow one => one.Id,
        AssignmentRow one => (one.ExperimentId, one.UserId),
        SupportTicketRow one => one.Id,
        NpsResponseRow one => one.Id,
        SubscriptionRow one => one.Id,
        InvoiceRow one => one.Id,
        PaymentRow one => one.Id,
        LeadRow one => one.Id,
        TouchRow one => one.Id,
        ConversionRow one => one.Id,
        _ => throw new UnreachableException(),
    };

    /// <summary>Whether rows of a table hang on an account or a user, so that they must go with it.</summary>
    public static bool IsBound(BarTable table) => table is not (BarTable.FeatureUsageEvents or BarTable.PageEvents
        or BarTable.Features or BarTable.Plans or BarTable.Experiments or BarTable.Campaigns or BarTable.AdSpend);
}
